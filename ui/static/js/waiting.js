// The page of a terminal that cannot start: proof of life, and nothing to touch. Its edition is no other's, so that it gives way to the
// citizen's page at the first beat that is answered by that.
import { keepBeating } from "./beat.js";

for (const unwanted of ["contextmenu", "dragstart"]) document.addEventListener(unwanted, (event) => event.preventDefault());
keepBeating(() => {});

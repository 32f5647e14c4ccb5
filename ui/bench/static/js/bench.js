// The bench's page. The truth is the hardware's: a touch is one POST to its interface, and what it changed comes back as a part drawn
// anew on the server.
import "../../../static/css/palette.css";
import "../css/bench.css";
import "../css/things.css";
import "../css/paper.css";
import "../css/accounts.css";
import "htmx.org";

import { act, switched } from "./act.js";
import { attachDesk } from "./desk.js";
import { attachDrag, dragged } from "./drag.js";
import { listen } from "./live.js";
import { attachSound } from "./sound.js";
import { attachTabs } from "./tabs.js";

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-do], [data-fault], [data-zoom]");
  if (!element || dragged()) return;
  if ("zoom" in element.dataset) zoom(element.querySelector("img").src);
  else if (element.dataset.fault) switched(element);
  else act(element.dataset.do, JSON.parse(element.dataset.with ?? "{}"));
});

function zoom(source) {
  const dialog = document.getElementById("zoom");
  dialog.querySelector("img").src = source;
  dialog.showModal();
}

const dialog = document.getElementById("zoom");
dialog.addEventListener("click", () => dialog.close());

attachTabs();
attachDrag();
attachDesk();
attachSound();
listen();

// What a new screen says of its head, or of all that stands below the step, just as the last one did stays in the page: it is not laid
// out, painted and listened to anew. The step and what lives beside it are always the new ones.
const PARTS = { head: ["<header", '<div class="work"'], below: ["<footer", '<div id="live"'] };
const part = (one) => (one.matches(".head") ? "head" : one.matches(".work, #live") ? "" : "below");

let shown = {}; // what stands in the page, as the server said it: scripts and keys change what is there

// Takes from what htmx is about to put in what is there already.
export function keepSame({ text }, tasks) {
  const screen = document.getElementById("screen");
  const [whole] = tasks;
  const next = whole.target === screen && whole.fragment.querySelector("#screen");
  if (!next) return;
  const before = shown;
  shown = Object.fromEntries(Object.entries(PARTS).map(([name, [from, to]]) => [name, text.slice(text.indexOf(from), text.indexOf(to))]));
  const [old, fresh] = [[...screen.children], [...next.children]];
  if (old.length !== fresh.length) return;
  for (const name of ["class", "lang"]) if (screen.getAttribute(name) !== next.getAttribute(name)) screen.setAttribute(name, next.getAttribute(name));
  const changed = fresh.map((one, n) => [one, old[n]]).filter(([one]) => !part(one) || shown[part(one)] !== before[part(one)]);
  tasks.splice(0, 1, ...changed.map(([one, target]) => ({ ...whole, target, fragment: alone(one) })));
}

function alone(one) {
  const fragment = document.createDocumentFragment();
  fragment.append(one);
  return fragment;
}

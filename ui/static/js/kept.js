// What a new screen says of its head, or of all that stands below the step, just as the last one did stays in the page: it is not laid
// out, painted and listened to anew. The step and what lives beside it are always the new ones.
const PARTS = [["<header", '<div class="work'], ["<footer", '<div id="live']];
const part = (one) => (one.matches(".work, #live") ? 2 : one.matches(".head") ? 0 : 1);

let shown = []; // what stands in the page, as the server said it: scripts and keys change what is there

// Takes from what htmx is about to put in what is there already.
export function keepSame({ text }, tasks) {
  const [whole] = tasks;
  const screen = document.getElementById("screen");
  const next = whole.target === screen && whole.fragment.querySelector("#screen");
  if (!next) return;
  const now = PARTS.map(([from, to]) => text.slice(text.indexOf(from), text.indexOf(to)));
  const same = now.map((said, n) => said === shown[n]);
  shown = now;
  if (next.children.length !== screen.children.length) return;
  const changed = [...next.children].map((one, n) => ({ ...whole, target: screen.children[n], one })).filter(({ one }) => !same[part(one)]);
  screen.className = next.className;
  if (screen.lang !== next.lang) screen.lang = next.lang; // said again it would style everything anew
  tasks.splice(0, 1, ...changed);
  for (const task of changed) (task.fragment = new DocumentFragment()).append(task.one);
}

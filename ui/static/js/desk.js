// The desk as the camera sees it: one request a picture, answered when there is a newer one, so that outline and words belong to
// what is shown and no open stream holds one of the server's threads. Pictures are drawn and dropped; nothing is kept.
const ASK_MS = 4000;
const PAUSE_MS = 250;

let canvas = null;
let latest = null; // what was told with the picture on the canvas
let running = false;

const at = (id) => document.getElementById(id);

async function ask(after) {
  const answer = await fetch(`/desk.jpg?after=${after}`, { cache: "no-store", signal: AbortSignal.timeout(ASK_MS) });
  if (answer.status !== 200) return null;
  return { told: JSON.parse(answer.headers.get("Desk")), picture: await createImageBitmap(await answer.blob()) };
}

async function watch() {
  running = true;
  while (at("desk")) {
    const next = await ask(latest?.serial ?? 0).catch(() => null);
    if (!next) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    if (at("desk")) {
      latest = next.told;
      draw(next.picture, latest.size);
      tell(latest);
    }
    next.picture.close();
  }
  running = false;
  canvas = null;
  latest = null;
}

function draw(picture, [width, height]) {
  canvas ??= Object.assign(document.createElement("canvas"), { className: "desk__picture", role: "img", ariaLabel: at("desk").dataset.name });
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").drawImage(picture, 0, 0);
}

function tell(told) {
  const desk = at("desk");
  if (canvas.parentNode !== desk) desk.prepend(canvas);
  mark(told);
  count(told);
  const advice = at("advice");
  if ("taking" in advice.dataset) return; // what stands there is about the picture under way
  if (advice.dataset.picture !== told.picture) {
    advice.dataset.picture = told.picture;
    at("advice-picture").src = at("advice-picture").src.replace(/desk-[a-z-]+\.svg/, `desk-${told.picture}.svg`);
  }
  advice.dataset.tone = told.tone;
  // Only what changed is touched: a screen reader reads whatever is written here.
  write(at("advice-title"), told.title);
  write(at("advice-text"), told.text);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark({ size: [width, height], outline, where, tone }) {
  const marks = at("marks");
  marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
  marks.dataset.tone = tone;
  const points = (shares) => shares.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(" ");
  for (const polygon of marks.querySelectorAll(".marks__page")) polygon.setAttribute("points", points(outline));
  for (const polygon of marks.querySelectorAll(".marks__where")) polygon.setAttribute("points", points(where));
}

function count({ left, share }) {
  const counting = left !== null;
  at("count").toggleAttribute("hidden", !counting);
  at("not-yet").hidden = !counting;
  at("unasked").hidden = counting;
  if (!counting) return;
  write(at("count-number"), String(Math.max(1, left)));
  at("count-ring").setAttribute("stroke-dashoffset", String(1 - share));
}

export function attachDesk() {
  if (!at("desk")) return;
  if (latest && canvas) tell(latest);
  if (!running) watch();
}

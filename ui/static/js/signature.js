// The signature: strokes in CSS pixels from the middle of the pad, each numbered by the moment it was begun. The page draws and sends
// them; the server holds each for a page that is loaded anew (kiosk/visit/ink.py). Curves are those of domain/case/ink.py.
const MOST_POINTS = 20000;
const NEAR = 1.5; // pixels: a finger that rests makes no points
const SHARP = 2; // canvas pixels to one of the page, at least
const PEN_MM = 0.9;
const SMALL = 1 / 5; // of the pad's width; under it a signature is asked about, never refused
const INK = "#16222b"; // the paper's, in every look

let of = ""; // the visit and step the strokes belong to; they are dropped with it
let strokes = new Map(); // number → [[x, y, ms], …]
let untold = []; // changes the server has not taken yet, in order
let telling = false;
let active = null; // { number, pointer } of the stroke under the finger
let canvas = null;
let scale = 1; // what the drawing is shrunk by where it was made on a larger pad
let sheet = ""; // the server's name for this stay at the signature
const sized = new ResizeObserver(() => draw());

// Before the screen is drawn anew: what is under the finger is a stroke.
export const keepSignature = () => end();

// The server began anew, or was away: it is told everything again, which is harmless.
export function tellSignature(anew = false) {
  if (!canvas) return;
  if (anew) untold = [...strokes].map(([number, points]) => ({ number, points: JSON.stringify(points) }));
  tell();
}

export function attachSignature(now) {
  const found = document.getElementById("pad");
  if (!found || of !== now) [of, strokes, untold, active, sheet] = [now, new Map(), [], null, ""];
  if (found === canvas) return;
  sized.disconnect();
  canvas = found;
  if (!canvas) return;
  listen();
  sized.observe(canvas);
  draw();
  if (sheet === canvas.dataset.sheet) return;
  const before = sheet;
  sheet = canvas.dataset.sheet;
  if (before) tellSignature(true);
  else fetchHeld(sheet);
}

// A page that was loaded anew shows what was drawn on the one before.
async function fetchHeld(name) {
  const answer = await fetch(`/ink?sheet=${encodeURIComponent(name)}`, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok || name !== sheet) return;
  const held = new Map(await answer.json());
  if (!held.size) return;
  strokes = new Map([...held, ...strokes]);
  draw();
}

async function tell() {
  if (telling) return;
  telling = true;
  while (untold.length && sheet) {
    const [change] = untold;
    const body = new URLSearchParams({ sheet, ...change });
    // What was lifted off the pad gets there though the page goes; a browser lets 64 kB go on so.
    const keepalive = (change.points ?? "").length < 40_000;
    const answer = await fetch("/ink", { method: "POST", body, keepalive }).catch(() => null);
    if (!answer || answer.status >= 500) break; // with the next beat
    if (answer.status === 413) document.getElementById("pad-error").textContent = await answer.text();
    if (untold[0] === change) untold.shift();
  }
  telling = false;
}

function change(what) {
  untold.push(what);
  tell();
  draw();
}

function listen() {
  const form = canvas.closest("form");
  // No gesture of the browser's: after a quick stroke it takes the next tap for the end of a fling, and the button is not heard.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", (event) => event.pointerId === active?.pointer && goOn(event.getCoalescedEvents?.() ?? [event]));
  for (const done of ["pointerup", "pointercancel", "lostpointercapture"]) canvas.addEventListener(done, (event) => event.pointerId === active?.pointer && end());
  document.getElementById("pad-undo").addEventListener("click", () => {
    const number = last();
    if (strokes.delete(number)) change({ number, change: "back" });
  });
  document.getElementById("pad-clear").addEventListener("click", () => {
    const number = last();
    strokes = new Map();
    if (number) change({ number, change: "clear" });
  });
  form.addEventListener("submit", () => (form.elements.signature.value = JSON.stringify(signature())), { capture: true });
  document.getElementById("unsigned")?.addEventListener("submit", ({ currentTarget }) => currentTarget.hidePopover(), { capture: true });
  for (const paper of document.querySelectorAll(".paper")) paper.addEventListener("toggle", () => paper.open && preview(paper));
}

const last = () => Math.max(0, ...strokes.keys());

// --- under the finger ---

function begin(event) {
  if (active || event.button > 0) return;
  canvas.setPointerCapture(event.pointerId);
  active = { number: Math.max(Date.now(), last() + 1), pointer: event.pointerId, began: event.timeStamp };
  strokes.set(active.number, []);
  document.getElementById("pad-error").textContent = "";
  goOn([event]);
}

function goOn(events) {
  const points = strokes.get(active.number);
  const { left, top, width, height } = canvas.getBoundingClientRect();
  let room = MOST_POINTS - [...strokes.values()].reduce((sum, some) => sum + some.length, 0);
  const pen = ready();
  for (const { clientX, clientY, timeStamp } of events) {
    const x = (clamp(clientX - left, width) - width / 2) / scale;
    const y = (clamp(clientY - top, height) - height / 2) / scale;
    const [ax, ay] = points.at(-1) ?? [Infinity, 0];
    if (room < 1 || Math.hypot(x - ax, y - ay) < NEAR) continue;
    room -= 1;
    points.push([tenth(x), tenth(y), Math.max(0, Math.round(timeStamp - active.began))]);
    // What is settled, and the way to the finger, which the next curve goes over.
    const from = Math.max(0, points.length - 3);
    trace(pen, points.slice(from), from > 0);
  }
  said();
}

function end() {
  if (!active) return;
  const { number } = active;
  active = null;
  change({ number, points: JSON.stringify(strokes.get(number)) });
}

// --- on the canvas ---

function ready() {
  const sharp = scale * Math.max(SHARP, window.devicePixelRatio);
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, canvas.width / 2, canvas.height / 2);
  pen.lineWidth = (PEN_MM * Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm"))) / scale;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = INK;
  return pen;
}

function draw() {
  if (!canvas?.isConnected) return; // its screen is gone, and the next is not there yet
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = Math.max(SHARP, window.devicePixelRatio);
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  scale = 1;
  for (const [x, y] of [...strokes.values()].flat()) scale = Math.min(scale, width / 2 / Math.abs(x), height / 2 / Math.abs(y));
  // An empty pad is only a place: a browser that is asked to draw on it holds its picture ready in each frame.
  const pen = strokes.size ? ready() : null;
  for (const points of strokes.values()) if (points.length) trace(pen, points);
  said();
}

// Quadratic curves from middle to middle. ``on``: goes on from the middle of the first two.
function trace(pen, points, on = false) {
  const [first, ...rest] = points;
  const middle = ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2];
  pen.beginPath();
  pen.moveTo(...(on ? middle(first, rest[0]) : first.slice(0, 2)));
  rest.slice(0, -1).forEach((point, n) => pen.quadraticCurveTo(point[0], point[1], ...(n + 2 < rest.length ? middle(point, rest[n + 1]) : rest.at(-1).slice(0, 2))));
  if (rest.length === 1) pen.lineTo(...rest[0].slice(0, 2));
  if (!rest.length) pen.lineTo(first[0] + 0.01, first[1]); // a line of no length is not drawn
  pen.stroke();
}

// --- what is said, shown and sent ---

function said() {
  const text = document.getElementById("pad-said");
  canvas.closest("form").classList.toggle("pad--written", strokes.size > 0);
  if (active) return;
  const all = [...strokes.values()].flat();
  const span = (axis) => Math.max(...all.map((point) => point[axis])) - Math.min(...all.map((point) => point[axis]));
  const small = all.length && span(0) + span(1) < SMALL * canvas.clientWidth;
  text.textContent = small ? text.dataset.small : strokes.size ? text.dataset.strokes.replace("{}", strokes.size) : "";
}

function signature() {
  const [wide, high] = [Math.round(canvas.clientWidth / scale), Math.round(canvas.clientHeight / scale)];
  const numbers = [...strokes.keys()].sort((a, b) => a - b);
  const drawn = numbers.map((number) => strokes.get(number).map(([x, y, ms]) => [tenth(x + wide / 2), tenth(y + high / 2), number - numbers[0] + ms]));
  return { width: wide, height: high, strokes: drawn.filter((stroke) => stroke.length) };
}

// The form with what is written on it by now.
async function preview(paper) {
  await tell();
  const { width, height } = signature();
  const [picture, page] = [paper.querySelector("img"), paper.querySelector(".paper__sheet")];
  if (strokes.size) picture.addEventListener("load", () => page.scrollTo(0, foot(picture) * page.scrollHeight - 0.8 * page.clientHeight), { once: true });
  picture.src = `${picture.dataset.of}&pad=${width}x${height}&ink=${last()}-${strokes.size}`;
}

// Where the last thing above the footer of the last page stands, which is the signature: a share of the picture's height.
function foot(picture) {
  const [width, page] = [60, Math.round(60 * Math.SQRT2)];
  const height = page * Math.round((picture.naturalHeight / picture.naturalWidth) / Math.SQRT2);
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(picture, 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height - Math.round(page / 12));
  const last = data.findLastIndex((value, at) => at % 4 === 0 && value < 235);
  return (last / 4 / width + 1) / height;
}

const clamp = (value, most) => Math.min(Math.max(value, 0), most);
const tenth = (value) => Math.round(value * 10) / 10;

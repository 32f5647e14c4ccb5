// Things taken in hand: by mouse, finger or pen. What is let go over its place (data-zone) is laid there; what lies there and is let go
// anywhere else is taken away. The same without dragging: each thing is a button.
import { act } from "./act.js";

const FAR = 8; // pixels before a press is a drag
let held = null;
let over = false; // a drag has ended, and the click that may follow is none: true until the next press

export const dragged = () => over;

const zoneAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest("[data-zone]")?.dataset.zone;
const fits = (zone) => (held.onto === "away" ? zone !== held.from : zone === held.onto);

function begin(event) {
  const ghost = held.thing.cloneNode(true);
  ghost.classList.add("ghost");
  ghost.removeAttribute("data-is");
  const { width } = held.thing.getBoundingClientRect();
  ghost.style.width = `${width}px`;
  document.body.append(ghost);
  document.body.dataset.dragging = held.onto === "away" ? "away" : held.onto;
  held.ghost = ghost;
  move(event);
}

function move(event) {
  held.ghost.style.translate = `${event.clientX - held.inX}px ${event.clientY - held.inY}px`;
  held.ghost.classList.toggle("ghost--fits", fits(zoneAt(event)));
}

function end(drop, event) {
  const { ghost, path, body } = held;
  if (ghost) {
    over = true;
    ghost.remove();
    delete document.body.dataset.dragging;
    if (drop && fits(zoneAt(event))) act(path, body);
  }
  held = null;
}

export function attachDrag() {
  document.addEventListener("pointerdown", (event) => {
    over = false;
    const thing = event.target.closest("[data-onto]");
    if (!thing || event.button !== 0 || held) return;
    const { left, top } = thing.getBoundingClientRect();
    held = {
      thing,
      pointer: event.pointerId,
      onto: thing.dataset.onto,
      from: thing.closest("[data-zone]")?.dataset.zone,
      path: thing.dataset.do,
      body: JSON.parse(thing.dataset.with ?? "{}"),
      x: event.clientX,
      y: event.clientY,
      inX: event.clientX - left,
      inY: event.clientY - top,
    };
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.pointer) return;
    if (held.ghost) move(event);
    else if (Math.hypot(event.clientX - held.x, event.clientY - held.y) > FAR) begin(event);
  });
  document.addEventListener("pointerup", (event) => event.pointerId === held?.pointer && end(true, event));
  document.addEventListener("pointercancel", (event) => event.pointerId === held?.pointer && end(false, event));
  document.addEventListener("keydown", (event) => {
    over = false;
    if (event.key === "Escape" && held) end(false, event);
  }, { capture: true });
  document.addEventListener("dragstart", (event) => event.preventDefault());
}

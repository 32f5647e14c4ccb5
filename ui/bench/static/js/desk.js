// The sheet under the camera: pushed by dragging it, turned by the wheel or by keys, taken away by dragging it off the desk.
import { act } from "./act.js";

const WIDE = 236.1; // millimetres of the desk, as the citizen sees it
const STEP = 10; // millimetres a key
const ANGLE = 5; // degrees a key or a notch of the wheel
const KEYS = {
  ArrowLeft: { right: -STEP },
  ArrowRight: { right: STEP },
  ArrowUp: { down: -STEP },
  ArrowDown: { down: STEP },
  "[": { turn: -ANGLE },
  "]": { turn: ANGLE },
};
let held = null;

const push = (by) => act("camera/push", { right: 0, down: 0, turn: 0, tilt: 0, ...by });
const sheetOf = (event) => event.target.closest?.("polygon[data-sheet]");
const within = ({ clientX, clientY }, { left, right, top, bottom }) => clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;

export function attachDesk() {
  document.addEventListener("pointerdown", (event) => {
    const sheet = sheetOf(event);
    if (!sheet || event.button !== 0) return;
    held = { sheet, pointer: event.pointerId, x: event.clientX, y: event.clientY, desk: sheet.ownerSVGElement.getBoundingClientRect() };
    sheet.classList.add("held");
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.pointer) return;
    held.sheet.style.translate = `${(100 * (event.clientX - held.x)) / held.desk.width}px ${(100 * (event.clientY - held.y)) / held.desk.height}px`;
  });
  for (const name of ["pointerup", "pointercancel"])
    document.addEventListener(name, (event) => {
      if (event.pointerId !== held?.pointer) return;
      const { sheet, x, y, desk } = held;
      held = null;
      sheet.style.translate = "";
      sheet.classList.remove("held");
      if (name === "pointercancel") return;
      const scale = WIDE / desk.width;
      const by = { right: (event.clientX - x) * scale, down: (event.clientY - y) * scale };
      if (!within(event, desk)) act("camera/clear");
      else if (Math.hypot(by.right, by.down) > 1) push(by);
    });
  document.addEventListener("wheel", (event) => {
    if (!sheetOf(event)) return;
    event.preventDefault();
    push({ turn: Math.sign(event.deltaY) * ANGLE });
  }, { passive: false });
  document.addEventListener("keydown", (event) => {
    if (!sheetOf(event)) return;
    if (event.key === "Delete") act("camera/clear");
    else if (KEYS[event.key]) push(KEYS[event.key]);
    else return;
    event.preventDefault();
  });
}

// The signature as strokes: pixels of the pad and milliseconds since the first point.
import SignaturePad from "signature_pad";

const MOST_POINTS = 20000;
// What was signed survives that screen being drawn anew (a card taken off the reader); it is dropped with the screen.
let kept = { of: "", groups: [] };
let shown = null;

export function keepSignature(of) {
  kept = { of, groups: shown?.toData() ?? [] };
  shown = null;
}

export function attachSignature(of) {
  const canvas = document.getElementById("pad");
  if (!canvas || kept.of !== of) kept = { of: "", groups: [] };
  if (!canvas || canvas.dataset.attached) return;
  canvas.dataset.attached = "yes";
  const form = canvas.closest("form");
  const said = document.getElementById("pad-error");
  const box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width);
  canvas.height = Math.round(box.height);
  const pad = new SignaturePad(canvas, { penColor: "#1b2733", minWidth: 1.6, maxWidth: 4.2, minDistance: 2 });
  shown = pad;
  if (kept.groups.length) {
    pad.fromData(kept.groups);
    form.classList.add("pad--written");
  }

  pad.addEventListener("beginStroke", () => {
    form.classList.add("pad--written");
    said.textContent = "";
  });
  document.getElementById("pad-clear").addEventListener("click", () => {
    pad.clear();
    form.classList.remove("pad--written");
  });
  form.addEventListener(
    "submit",
    () => {
      form.elements.signature.value = JSON.stringify(strokes(pad.toData(), canvas));
    },
    { capture: true },
  );
}

function strokes(groups, canvas) {
  const began = groups[0]?.points[0]?.time ?? 0;
  let left = MOST_POINTS;
  const kept = groups.map(({ points }) => {
    const some = points.slice(0, left);
    left -= some.length;
    return some.map(({ x, y, time }) => [tenth(x), tenth(y), Math.max(0, Math.round(time - began))]);
  });
  return { width: canvas.width, height: canvas.height, strokes: kept.filter((stroke) => stroke.length) };
}

const tenth = (value) => Math.round(value * 10) / 10;

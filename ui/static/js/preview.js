// The desk as the camera sees it, one JPEG after another: no open stream holds one of the server's threads.
const EVERY_MS = 160;
let latest = null;
let n = 0;

function load(slot) {
  if (!slot.isConnected) return;
  const next = new Image();
  next.className = "desk__picture";
  next.alt = "拍摄台现在的画面";
  const again = () => setTimeout(load, EVERY_MS, slot);
  next.onload = () => {
    if (!slot.isConnected) return;
    if (latest?.isConnected) latest.replaceWith(next);
    else slot.append(next);
    latest = next;
    again();
  };
  next.onerror = again;
  n += 1;
  next.src = `/preview.jpg?n=${n}`;
}

export function attachPreview() {
  const slot = document.getElementById("preview");
  if (!slot) {
    latest = null;
    return;
  }
  if (slot.dataset.attached) return;
  slot.dataset.attached = "yes";
  if (latest) slot.append(latest);
  load(slot);
}

// The desk as the camera sees it: one request a picture, answered when there is a newer one. Pictures are drawn and dropped.
const ASK_MS = 4000;
const PAUSE_MS = 250;
let running = false;

const at = (id) => document.getElementById(id);

async function ask(after) {
  const answer = await fetch(`/desk.jpg?after=${after}`, { cache: "no-store", signal: AbortSignal.timeout(ASK_MS) });
  if (answer.status !== 200) return null;
  return { told: JSON.parse(answer.headers.get("Desk")), picture: await createImageBitmap(await answer.blob()) };
}

export async function watchDesk() {
  if (running || !at("desk")) return;
  running = true;
  const canvas = Object.assign(document.createElement("canvas"), { role: "img", ariaLabel: "高拍仪现在的画面" });
  let serial = 0;
  while (at("desk")) {
    const next = await ask(serial).catch(() => null);
    if (!next) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    draw(canvas, next);
    next.picture.close();
    serial = next.told.serial;
    if (at("desk")) tell(canvas, next.told);
  }
  running = false;
}

function draw(canvas, { picture, told: { size: [width, height], outline } }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  if (!outline.length) return;
  pen.beginPath();
  for (const [x, y] of outline) pen.lineTo(x * width, y * height);
  pen.closePath();
  pen.lineWidth = 5;
  pen.strokeStyle = "#ffd83d";
  pen.stroke();
}

function tell(canvas, told) {
  const desk = at("desk");
  if (canvas.parentNode !== desk) desk.replaceChildren(canvas);
  const words = told.left === null ? `${told.title}，${told.text}` : `${Math.max(1, told.left)} 秒后自动拍`;
  if (at("advice").textContent !== words) at("advice").textContent = words;
}

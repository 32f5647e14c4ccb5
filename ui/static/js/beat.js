// Proof of life both ways, each two seconds: the page learns what the stream failed to tell it and that the service is away; the service
// learns that this page is painted (frames are counted: when the painting stops the script goes on) and what it shows.
const EVERY_MS = 2000;
const GIVE_UP_MS = 4000;
const FRAMES = 8; // as many as are asked for between two beats: to count them all would keep a small board busy

let frames = 0;
let asked = false;

function painted() {
  frames += 1;
  asked = frames < FRAMES;
  if (asked) requestAnimationFrame(painted);
}

function countAnew() {
  frames = 0;
  if (!asked) requestAnimationFrame(painted);
  asked = true;
}

// There is something to read, and it is in its style.
function whole() {
  const text = document.querySelector("main");
  const styled = getComputedStyle(document.documentElement).getPropertyValue("--mm") && getComputedStyle(document.body).margin === "0px";
  return Boolean(styled && text?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && text.offsetHeight && text.textContent.trim());
}

// ``hear(serial, all)`` after each answer; ``again()`` when the service was started anew. Both where the page has some.
export function keepBeating(hear, again = () => {}) {
  const cover = () => document.getElementById("cover"); // part of the screen, in its language
  const { dataset } = document.body;
  let missed = 0;

  async function beat() {
    const shown = document.getElementById("live")?.dataset.serial ?? "";
    const front = document.hasFocus(); // a window over the page takes the focus, with a keyboard or without
    const body = new URLSearchParams({ frames, shown, whole: whole() ? "yes" : "no", front: front ? "yes" : "no" });
    countAnew();
    try {
      const answer = await fetch("/beat", { method: "POST", body, cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const now = await answer.json();
      if (now.edition !== dataset.edition) return window.location.replace("/"); // an update: these scripts are of before it
      const restarted = now.boot !== dataset.boot;
      dataset.boot = now.boot;
      missed = 0;
      cover().hidden = true;
      if (restarted) again();
      hear(now.serial, now);
    } catch {
      missed += 1;
      cover().hidden = missed < 2; // one beat lost on a busy machine is no outage
    }
    return setTimeout(beat, missed ? EVERY_MS / 4 : EVERY_MS);
  }

  countAnew();
  setTimeout(beat, EVERY_MS / 4);
}

// Told at once which part has changed; htmx fetches it. A part nobody sees waits until it is looked at, and the wire while it is held.
import { say } from "./act.js";

const QUIET_MS = 4000; // the server says a word five times a second
const LOST = "工作台联系不上虚拟设备，正在重试";
const waiting = new Set();
let stream = null;
let heardAt = 0;
let over = false;

const part = (name) => document.getElementById(`part-${name}`);
const held = (name) => name === "wire" && document.getElementById("wire-pause").ariaPressed === "true";

export function freshen(name) {
  if (!part(name).checkVisibility() || held(name)) waiting.add(name);
  else {
    waiting.delete(name);
    window.htmx.trigger(part(name), "changed");
  }
}

export const looked = () => [...waiting].forEach(freshen);

function open() {
  stream?.close();
  stream = new EventSource("/bench/live");
  heardAt = performance.now();
  const heard = () => {
    heardAt = performance.now();
    if (document.getElementById("said").textContent === LOST) say("");
  };
  stream.addEventListener("still", heard);
  stream.addEventListener("changed", ({ data }) => {
    heard();
    freshen(data);
  });
  stream.addEventListener("evicted", () => {
    over = true;
    stream.close();
    say("别处又打开了几个工作台，这一页不再更新：刷新后继续");
  });
}

export function listen() {
  open();
  setInterval(() => {
    if (over || (stream.readyState !== EventSource.CLOSED && performance.now() - heardAt < QUIET_MS)) return;
    say(LOST);
    open();
  }, 1000);
  const pause = document.getElementById("wire-pause");
  pause.addEventListener("click", () => {
    pause.ariaPressed = String(pause.ariaPressed !== "true");
    pause.textContent = pause.ariaPressed === "true" ? "接着看" : "停住";
    looked();
  });
  document.getElementById("wire-of").addEventListener("change", () => window.htmx.trigger(part("wire"), "changed"));
}

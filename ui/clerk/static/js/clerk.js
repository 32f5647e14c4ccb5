// The clerk's page. The truth is on the server: this file fetches it, and is a keyboard's hands: every action has its key.
import "../../../static/css/palette.css";
import "../css/clerk.css";
import "../css/task.css";
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

import { attachAlso } from "./also.js";
import { attachBadge } from "./badge.js";
import { watchDesk } from "./desk.js";
import { attachKeys, settle } from "./keys.js";

const BEAT_MS = 2000;
const GIVE_UP_MS = 4000;
const around = () => document.getElementById("around");
let heard = "";
let missed = 0;
let shown = null; // the visit on the page

function fetchIfOld() {
  if (heard && around() && heard !== around().dataset.serial) window.htmx.trigger("#fetch", "refresh");
}

function hear(mark) {
  heard = mark;
  fetchIfOld();
}

function arrived() {
  const { visit } = around().dataset;
  if (shown && shown !== visit) {
    // A visit is over: a whole new page, so that nothing of it stays in the document or in the history.
    window.location.replace("/");
    return;
  }
  shown = visit;
  settle();
  watchDesk();
  if (heard === around().dataset.serial) heard = "";
  fetchIfOld();
}

async function beat() {
  const cover = document.getElementById("cover");
  try {
    const answer = await fetch("/beat", { method: "POST", cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const now = await answer.json();
    if (now.over || now.boot !== document.body.dataset.boot) return window.location.replace("/");
    missed = 0;
    cover.hidden = true;
    hear(now.mark);
  } catch {
    missed += 1;
    cover.hidden = missed < 2; // one beat lost on a busy network is no outage
  }
  return undefined;
}

async function keepBeating() {
  await beat();
  setTimeout(keepBeating, missed ? BEAT_MS / 4 : BEAT_MS);
}

attachKeys();
attachAlso();
attachBadge();
if (around()) {
  document.addEventListener("htmx:after:swap", arrived);
  const stream = document.getElementById("stream");
  stream.addEventListener("screen", (event) => hear(event.detail.data));
  stream.addEventListener("there", beat);
  stream.addEventListener("over", () => window.location.replace("/"));
  setInterval(() => {
    for (const count of document.querySelectorAll("[data-count]")) count.textContent = Math.max(0, Number(count.textContent) - 1);
  }, 1000);
  keepBeating();
  arrived();
} else settle();
// A page kept by the browser for going back is loaded anew.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

// The technician's pages: what changes is asked for again and again, and a PIN is typed on keys that keep it nowhere.
import "../../static/css/tokens.css";
import "../../static/css/frame.css";
import "../../static/css/over.css";
import "../../static/css/buttons.css";
import "../../static/css/parts.css";
import "./technician.css";

import { keepBeating } from "../../static/js/beat.js";
import { attachBoard } from "./board.js";
import { attachPad } from "./pad.js";

const HOME_MS = 60_000; // untouched before the door
const BYE_MS = 6_000;
const TOUCH_MS = 15_000;
const door = "door" in document.body.dataset;
let touched = Date.now();
let told = Date.now();
let down = false; // a finger on the glass: what lies under it stays until it is lifted

function home() {
  fetch("/staff/leave", { method: "POST", redirect: "manual" }).finally(() => window.location.replace("/"));
}

async function refresh(part) {
  if (down) return undefined;
  const answer = await fetch(part.dataset.live, { cache: "no-store", signal: AbortSignal.timeout(4000) });
  if (answer.status === 401) return window.location.replace("/staff/?left");
  if (!answer.ok) return undefined;
  const text = await answer.text();
  if (down || text === part.textBefore) return undefined;
  part.textBefore = text;
  const at = document.activeElement?.id;
  const before = part.querySelector("[data-at]")?.dataset.at;
  part.innerHTML = text;
  if (at) document.getElementById(at)?.focus({ preventScroll: true });
  const now = part.querySelector("[data-at]")?.dataset.at;
  if (now === "open") return window.location.replace("/staff/states");
  if (now !== before) touched = Date.now();
  return attachPad(() => (touched = Date.now()));
}

function keepLive(part) {
  const again = () => setTimeout(() => refresh(part).catch(() => undefined).finally(again), Number(part.dataset.every));
  again();
}

for (const part of document.querySelectorAll("[data-live]")) if (!("left" in part.dataset)) keepLive(part);
if (document.querySelector("[data-live][data-left]")) setTimeout(() => window.location.replace("/"), BYE_MS);
attachPad(() => (touched = Date.now()));
attachBoard();

for (const sign of ["pointerdown", "keydown", "wheel", "touchmove"]) {
  document.addEventListener(sign, () => (touched = Date.now()), { passive: true });
}
document.addEventListener("pointerdown", () => (down = true), { passive: true });
for (const sign of ["pointerup", "pointercancel"]) document.addEventListener(sign, () => (down = false), { passive: true });
setInterval(() => {
  if (door && Date.now() - touched > HOME_MS) home();
  if (!door && touched > told && Date.now() - told > TOUCH_MS) {
    told = Date.now();
    fetch("/staff/touch", { method: "POST" }).then((answer) => answer.status === 401 && window.location.replace("/staff/?left"));
  }
}, 1000);
// A session that has ended, however it ended, is seen on every page.
if (!door) {
  setInterval(() => {
    fetch("/staff/states/now", { cache: "no-store" }).then(
      (answer) => answer.status === 401 && window.location.replace("/staff/?left"),
      () => undefined,
    );
  }, 1500);
}
// Proof that this page is painted; once the program has started again, its first page.
keepBeating(
  () => undefined,
  () => window.location.replace("/"),
);
for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("button");
    if ("sure" in button.dataset) return;
    event.preventDefault();
    button.dataset.sure = "";
    button.classList.add("button--first");
    button.textContent = `${form.dataset.sure}再点一下`;
  });
}
for (const slow of document.querySelectorAll("[data-wait]")) {
  slow.addEventListener(slow.tagName === "FORM" ? "submit" : "click", () => {
    const shown = slow.tagName === "FORM" ? slow.querySelector("button") : slow;
    setTimeout(() => {
      shown.textContent = "请稍候……";
      shown.disabled = true;
    });
  });
}
for (const unwanted of ["contextmenu", "dragstart"]) document.addEventListener(unwanted, (event) => event.preventDefault());

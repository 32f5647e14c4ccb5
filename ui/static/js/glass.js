// The citizen's page. The truth is on the server: this file fetches it, and looks after what only a browser can do.
import "../css/tokens.css";
import "../css/frame.css";
import "../css/over.css";
import "../css/buttons.css";
import "../css/parts.css";
import "../css/questions.css";
import "../css/signing.css";
import "../css/keyboard.css";
import "../css/arriving.css";
import "../css/scan.css";
import "../css/steps.css";
import "../css/landscape.css";
import "../css/languages.css";
import "../css/idle.css";
import "htmx.org";

import { keepBeating } from "./beat.js";
import { keepDraft, restoreDraft } from "./draft.js";
import { attachKeyboard } from "./keyboard.js";
import { attachDesk } from "./desk.js";
import { attachIdle, waitForNobody } from "./idle.js";
import { keepSame } from "./kept.js";
import { attachMore } from "./more.js";
import { attachStaff, staff } from "./staff.js";
import { held, resume, steer } from "./steer.js";
import { attachSteppers } from "./steppers.js";
import { attachSignature, keepSignature, tellSignature } from "./signature.js";
import { attachVoice } from "./voice.js";
import { listen, lookAfterStream } from "./stream.js";

const FORGOTTEN_S = 60;
const SETTLE_MS = 350; // a second tap of the same finger must not hit what has just come up under it
const live = (within = document) => within.querySelector("#live");
const place = (within = document) => live(within).dataset.step + (within.querySelector("[data-question]")?.dataset.question ?? "");
let shown = { step: "", visit: "" };
let heard = 0;
let looking = false; // the sheet that says how the page is shown is open, and stays so
let at = null; // where the keys were
const touches = new Set(); // whose answers are on their way: each brings the screen with it, and none is fetched beside it
let settled = 0;

function refreshIfOld() {
  if (heard > Number(live().dataset.serial)) window.htmx.trigger("#fetch", "refresh");
}

function hear(serial) {
  heard = Number(serial);
  if (!touches.size && heard !== Number(live().dataset.serial)) window.htmx.trigger("#fetch", "refresh");
}

function arrived() {
  const { visit } = live().dataset;
  const step = place();
  if (shown.visit && shown.visit !== visit) {
    // A visit is over: a whole new page, so that nothing of it stays in the document or in the history.
    window.location.replace("/");
    return;
  }
  const screen = document.getElementById("screen");
  clearTimeout(settled);
  settled = setTimeout(() => document.body.classList.remove("settling"), SETTLE_MS);
  const same = shown.step === step;
  // A question stands over everything, a device's fault over all but the foot: what lies under either is out of reach, by keys as well.
  const [asked, fault] = ["[role=alertdialog]", ".dialog--fault"].map((over) => document.querySelector(over) !== null);
  for (const part of screen.children) part.inert = part.id !== "live" && (asked || (fault && !part.matches(".foot, .look")));
  shown = { step, visit };
  restoreDraft(`${visit}/${step}`);
  attachKeyboard();
  attachDesk();
  attachSteppers();
  attachSignature(`${visit}/${step}`);
  attachMore();
  attachIdle();
  if (looking && !document.querySelector("#look:popover-open")) document.getElementById("look").showPopover();
  resume(at, same);
  refreshIfOld();
}

// An answer to a tap may have brought this very screen while it was being fetched: put in again it would take the button from
// under the finger, and the tap would be lost.
const shownAlready = ({ sourceElement }, fragment) =>
  sourceElement.id === "fetch" && live(fragment)?.dataset.serial === live().dataset.serial;

// Before the new screen is there and not after: a busy machine takes its time between the two, and a finger does not wait for it.
function settle(fragment) {
  if (!fragment.querySelector("#screen") || place(fragment) === shown.step) return;
  clearTimeout(settled);
  document.activeElement.blur(); // taken away with the focus on it, the old screen would be laid out once more, below the new one
  document.body.classList.add("settling");
}

// What a service says that cannot serve now is no screen.
const failed = ({ response }) => response?.status >= 500;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const { fragment } = tasks[0] ?? {};
  if (failed(ctx) || (fragment && shownAlready(ctx, fragment))) {
    event.preventDefault();
    return;
  }
  keepDraft(`${shown.visit}/${shown.step}`);
  keepSignature();
  looking = document.querySelector("#look:popover-open") !== null;
  at = held();
  if (!fragment) return;
  settle(fragment);
  keepSame(ctx, tasks);
});
document.addEventListener("htmx:after:swap", arrived);
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.target?.id === "screen" && ctx.sourceElement.id !== "fetch") touches.add(ctx);
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (touches.delete(ctx) && ctx.status !== "swapped") refreshIfOld();
});
for (const unwanted of ["contextmenu", "dragstart"]) document.addEventListener(unwanted, (event) => event.preventDefault());
// The server says how many seconds are left when it says anything; in between the page counts by itself.
setInterval(() => {
  for (const count of document.querySelectorAll("[data-count]")) count.textContent = Math.max(0, Number(count.textContent) - 1);
}, 1000);
// Whoever chose how the page is shown and then went away does not choose for the next.
let quiet = 0;
for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, () => (quiet = 0));
setInterval(() => {
  quiet += 1;
  if ("forget" in live().dataset && quiet === FORGOTTEN_S) window.htmx.ajax("POST", "/look", { target: "#screen", swap: "outerHTML", values: { change: "" } });
}, 1000);
steer();
waitForNobody();
attachStaff();
attachVoice();
listen(hear);
keepBeating(
  (serial, now) => {
    if (now.staff) return staff();
    hear(serial);
    lookAfterStream();
    tellSignature();
  },
  // Started anew: serials begin again, so what is shown counts as older than anything. What was typed stays where it is.
  () => {
    live().dataset.serial = "0";
    tellSignature(true);
  },
);
arrived();

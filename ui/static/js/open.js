// Pages open to anyone: proof of life, the way back to the first page when nobody looks any more, and news of a printed guide.
import "../css/open.css";
import { keepBeating } from "./beat.js";
import { attachMore } from "./more.js";
import { attachStaff, staff } from "./staff.js";
import { steer } from "./steer.js";

const AWAY_MS = 70_000;
const LAST_S = 20;
const away = document.getElementById("away");
const count = document.getElementById("away-count");
let touched = Date.now();
let left = 0;

function home() {
  window.location.replace("/");
}

function stay() {
  touched = Date.now();
  left = 0;
  away.hidden = true;
}

function look() {
  if (left > 0) {
    left -= 1;
    count.textContent = left;
    if (left === 0) home();
  } else if (Date.now() - touched > AWAY_MS) {
    left = LAST_S;
    count.textContent = left;
    away.hidden = false;
    document.getElementById("away-stay").focus();
  }
}

async function paper() {
  const told = document.querySelector("[data-paper]");
  if (!told) return;
  const answer = await fetch(`/open/paper/${told.dataset.paper}`, { cache: "no-store" }).catch(() => null);
  const now = answer?.ok ? (await answer.json()).paper : "printing";
  if (now === "printing") setTimeout(paper, 1000);
  else told.textContent = now === "printed" ? told.dataset.printed : told.dataset.failed;
}

for (const sign of ["pointerdown", "keydown", "wheel", "touchmove"]) document.addEventListener(sign, () => left === 0 && stay(), { passive: true });
document.getElementById("away-stay").addEventListener("click", stay);
for (const unwanted of ["contextmenu", "dragstart"]) document.addEventListener(unwanted, (event) => event.preventDefault());
setInterval(look, 1000);
// A visit that began elsewhere (a window's clerk, a card) takes the screen.
keepBeating((_serial, now) => {
  if (now.staff) staff();
  else if (now.visit) home();
  else if (now.help !== document.body.dataset.help) window.location.reload();
});
steer();
attachStaff();
paper();
attachMore();

// The loudspeaker: what the terminal says aloud, heard here once it is switched on (a browser plays nothing unasked).
const player = () => document.getElementById("player");
let aloud = false;
let newest = 0;

export function attachSound() {
  newest = Number(document.querySelector("[data-newest]")?.dataset.newest ?? 0);
  document.addEventListener("click", ({ target }) => {
    const one = target.closest("[data-play]");
    if (one) play(one.dataset.play);
    if (target.id !== "aloud") return;
    aloud = !aloud;
    target.ariaChecked = String(aloud);
  });
  document.addEventListener("htmx:after:swap", () => {
    const now = Number(document.querySelector("[data-newest]")?.dataset.newest ?? 0);
    if (now > newest && aloud) play(now);
    newest = now;
  });
}

function play(n) {
  player().src = `/bench/heard/${n}.wav`;
  player().play();
}

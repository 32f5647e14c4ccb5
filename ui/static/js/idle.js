// The first screen, when nobody has touched it for a while, says in every language what can be done here. Any touch, any key leads back.
const IDLE_S = 90; // later than a choice of how the page is shown is forgotten (glass.js)
const NAME = "idling";
let quiet = 0;

export function attachIdle() {
  if (!document.getElementById("idle")) document.body.classList.remove(NAME);
}

export function waitForNobody() {
  const idling = () => document.body.classList.contains(NAME);
  const wake = (event) => {
    quiet = 0;
    if (!idling() || event.type === "pointerdown") return; // the finger's click is still to come, and must not hit what lies below
    event.preventDefault();
    event.stopPropagation();
    document.body.classList.remove(NAME);
  };
  for (const sign of ["pointerdown", "click", "keydown"]) document.addEventListener(sign, wake, { capture: true });
  setInterval(() => {
    quiet += 1;
    const idle = document.getElementById("idle");
    if (quiet < IDLE_S || !idle || idling()) return;
    document.body.classList.add(NAME);
    idle.querySelector("button").focus({ preventScroll: true });
  }, 1000);
}

// Waiting for a badge at the terminal's reader, and its PIN. What is typed goes out as the bare body of one request.
const AGAIN_MS = 500;
const at = (id) => document.getElementById(id);

function show(now) {
  const badge = at("badge");
  const before = badge.dataset.at;
  badge.dataset.at = now.at;
  for (const one of badge.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== now.at;
  const trouble = now.at === "pin" ? now.remedy : now.at === "closed" && now.said;
  at("badge-trouble").hidden = !trouble;
  at("badge-said").textContent = trouble || "";
  at("badge-remedy").textContent = now.at === "closed" ? now.remedy : "";
  if (now.at === "pin") at("badge-whose").textContent = `${now.said}，还可试 ${now.left - 1} 次`;
  if (now.at === before) return;
  (now.at === "pin" ? at("pin-typed") : at("task")).focus();
}

async function ask() {
  try {
    const answer = await fetch("/badge/now", { method: "POST", cache: "no-store", signal: AbortSignal.timeout(4000) });
    const now = await answer.json();
    show(now);
    if (now.at === "open") return window.location.replace("/");
    if (now.at === "over") return undefined;
  } catch {
    // The next one may come through; the terminal's own minute ends the waiting.
  }
  return setTimeout(ask, AGAIN_MS);
}

export function attachBadge() {
  if (!at("badge")) return;
  at("pin").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new TextEncoder().encode(at("pin-typed").value);
    at("pin-typed").value = "";
    try {
      await fetch("/badge/pin", { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });
    } finally {
      body.fill(0);
    }
  });
  show({ at: "closed", said: "", remedy: "" });
  ask();
}

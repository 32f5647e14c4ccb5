// What the hand on the keys has come to, said aloud where that was chosen. What may be said, the server knows.
const tell = (text) => fetch("/speech", { method: "POST", body: new URLSearchParams({ do: "at", text }) }).catch(() => {});

function texts(one) {
  const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) found.push(walk.currentNode.data.trim());
  return one.getAttribute("aria-label") ?? found.filter(Boolean).join("\n");
}

export function attachVoice() {
  document.addEventListener("focusin", ({ target }) => {
    if (document.querySelector(".screen--speech") && document.documentElement.dataset.by === "keys" && target.matches("button, a, label, summary, input")) tell(texts(target.labels?.[0] ?? target));
  });
  document.addEventListener("keydown", () => {
    const { invite } = document.querySelector("[data-invite]")?.dataset ?? {};
    if (invite && document.documentElement.dataset.by !== "keys") tell(invite);
  }, { capture: true });
}

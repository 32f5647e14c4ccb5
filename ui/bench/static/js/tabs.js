// Tabs as WAI-ARIA has them: one is in the order of the keys, arrows go on to the next.
import { looked } from "./live.js";

function choose(tab) {
  for (const one of tab.parentElement.querySelectorAll("[role=tab]")) {
    const chosen = one === tab;
    one.ariaSelected = String(chosen);
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
  }
  looked();
}

export function attachTabs() {
  document.addEventListener("click", ({ target }) => target.matches("[role=tab]") && choose(target));
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !event.target.matches("[role=tab]")) return;
    const tabs = [...event.target.parentElement.querySelectorAll("[role=tab]")];
    const next = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
    choose(next);
    next.focus();
  });
}

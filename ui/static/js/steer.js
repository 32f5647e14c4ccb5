// Every screen by four keys: ↑ and ↓ (or ← →, or Tab) go through what can be done, in the order of the page; Enter does it; Escape is
// the way back. The keyboard on the glass is gone through by rows: Enter goes into one, Escape out of it.
const STOPS = "a[href], button:not(:disabled, .below), input:not([type=hidden]):not(:disabled), select, textarea, summary, canvas[tabindex]";
const SCROLLS = "[tabindex='0'], .step__body";
const BACK = [":popover-open [popovertargetaction=hide]", "[role=alertdialog]:not([hidden]) .button--first", ".paper[open] > summary", ".foot [hx-post='/act/back'] button", ".foot a"];

const shown = (one) => one.checkVisibility() && !one.closest("[inert]");
const scrolls = (one) => one.scrollHeight > one.clientHeight + 4;

// The sheet or question that lies over everything, else the whole page.
function ground() {
  return document.querySelector(":popover-open") ?? [...document.querySelectorAll("[role=alertdialog]")].find(shown) ?? document;
}

function stops() {
  const within = ground();
  const all = [...within.querySelectorAll(`${STOPS}, ${SCROLLS}, .keys__row, .keys__candidates`)].filter(shown);
  const row = document.activeElement?.closest(".keys__row, .keys__candidates");
  if (row && document.activeElement !== row) return [...row.querySelectorAll("button:not(:disabled)")];
  return all.filter((one) => {
    if (one.closest(".look") && within === document) return false;
    if (one.closest(".keys") && !one.matches(".keys__row, .keys__candidates")) return false;
    return one.matches(STOPS) || one.matches(".keys__row") || (one.matches(".keys__candidates") ? one.querySelector("button") : scrolls(one));
  });
}

function go(by) {
  const here = document.activeElement;
  if (here?.matches(SCROLLS) && scrolls(here)) {
    const before = here.scrollTop;
    here.scrollBy({ top: by * here.clientHeight * 0.7, behavior: "instant" });
    if (here.scrollTop !== before) return;
  }
  const all = stops();
  if (!all.length) return;
  const at = all.indexOf(here);
  const next = at >= 0 ? all[(at + by + all.length) % all.length] : (nearest(all, here, by) ?? all.at(by > 0 ? 0 : -1));
  if (next.matches(".keys__row, .keys__candidates") || (next.matches(SCROLLS) && !next.hasAttribute("tabindex"))) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// From a heading, which is no stop itself, on to what follows it.
function nearest(all, here, by) {
  if (!here || here === document.body) return undefined;
  const after = (one) => here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  return by > 0 ? all.find(after) : all.findLast((one) => !after(one));
}

function enter(event) {
  const here = document.activeElement;
  if (here?.matches(".keys__row, .keys__candidates")) here.querySelector("button").focus();
  else if (here?.matches("input[type=radio], input[type=checkbox]")) here.click();
  else return; // buttons, links, fields: the browser's own
  event.preventDefault();
}

function escape() {
  const here = document.activeElement;
  const row = here?.closest(".keys__row, .keys__candidates");
  if (row && row !== here) row.focus();
  else {
    const way = BACK.map((one) => [...ground().querySelectorAll(one)].find(shown) ?? (ground().matches?.(one) ? ground() : null)).find(Boolean);
    (way ?? document.querySelector("#screen.screen--welcome .look__choice--speech"))?.click();
  }
}

export function steer() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    document.documentElement.dataset.by = "keys";
    const typing = document.activeElement?.matches("input.text, textarea") && ["ArrowLeft", "ArrowRight"].includes(event.key);
    if (typing) return;
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      go(by);
    } else if (event.key === "Enter") enter(event);
    else if (event.key === "Escape") {
      event.preventDefault();
      escape();
    }
  });
  document.addEventListener("pointerdown", () => delete document.documentElement.dataset.by);
}

// Where a hand on keys goes on after the page has changed: at a question that came up, at the same place of the same screen, else at the
// heading of the new one. ``before``: what :func:`held` said.
export function resume(before, same) {
  const asked = [...document.querySelectorAll("[role=alertdialog]")].find(shown);
  if (asked) {
    if (!asked.contains(document.activeElement)) asked.querySelector("button")?.focus({ focusVisible: document.documentElement.dataset.by === "keys" });
    return;
  }
  if (document.documentElement.dataset.by !== "keys" || document.activeElement?.matches("input")) return;
  const all = stops();
  const again = same && before !== null ? all[Math.min(before, all.length - 1)] : null;
  if (again) again.focus();
  else if (!same) {
    const heading = document.querySelector("#step h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
  }
}

export function held() {
  if (document.documentElement.dataset.by !== "keys") return null;
  const at = stops().indexOf(document.activeElement);
  return at < 0 ? null : at;
}

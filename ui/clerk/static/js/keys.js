// Every action by its key: bare where nothing is typed, with Alt inside a field. Enter does what stands first.
const TYPED = "input:not([type=checkbox], [type=radio]), select, textarea";
const seen = (one) => one.checkVisibility() && !one.disabled;

// The question that lies over everything, else the page.
const ground = () => document.querySelector("[role=alertdialog]") ?? document;

function name(event) {
  if (/^Key[A-Z]$|^Digit[0-9]$|^Numpad[0-9]$/.test(event.code)) return event.code.at(-1);
  return event.code === "Space" ? "Space" : event.key;
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.isComposing || event.repeat) return;
  const here = document.activeElement;
  const typing = here?.matches(TYPED);
  const key = name(event);
  if (key === "Escape" && typing) {
    document.getElementById("task").focus();
    return;
  }
  if (key === "Enter") enter(event, here, typing);
  else if (!typing || event.altKey) {
    const found = [...ground().querySelectorAll(`[data-key="${key}"]`)].find(seen);
    if (!found) return;
    event.preventDefault();
    found.click();
    if (found.matches("[type=checkbox]")) found.focus();
  }
}

function enter(event, here, typing) {
  if (here?.id === "find") {
    event.preventDefault();
    [...document.querySelectorAll(".choices li:not([hidden]) button")].find(seen)?.click();
  } else if (here?.matches("textarea") && !event.altKey) return;
  else if (!typing && !here?.matches("button, a, summary")) {
    event.preventDefault();
    [...ground().querySelectorAll("[data-first]")].find(seen)?.click();
  } else if (here?.matches("select, textarea")) {
    event.preventDefault();
    here.form.requestSubmit();
  }
}

function find() {
  const wanted = document.getElementById("find").value.trim().toLowerCase();
  let at = 0;
  document.querySelectorAll(".choices li").forEach((one, index) => {
    const fits = !wanted || String(index + 1) === wanted || one.textContent.toLowerCase().includes(wanted);
    at += fits ? 1 : 0;
    one.hidden = !fits || at > 30;
  });
}

export function attachKeys() {
  document.addEventListener("keydown", press);
  document.addEventListener("input", (event) => event.target.id === "find" && find());
}

// Where a hand goes on: at the question that came up, at the field to be filled in, else where every key works.
export function settle() {
  const question = document.querySelector("[role=alertdialog]");
  if (question) {
    if (!question.contains(document.activeElement)) question.querySelector("button").focus();
    return;
  }
  const task = document.getElementById("task");
  if (task.dataset.settled) return;
  task.dataset.settled = "yes";
  (task.querySelector("[data-focus]") ?? task).focus();
}

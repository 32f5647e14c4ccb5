// The keyboard on the glass. simple-keyboard draws the keys; spelling and candidates are ours, in a bar that covers nothing.
import { SimpleKeyboard } from "simple-keyboard";
import chinese from "simple-keyboard-layouts/build/layouts/chinese.js";

const SYLLABLES = (chinese.default ?? chinese).layoutCandidates;
const LONGEST = 6; // letters of the longest syllable: zhuang
const A_PAGE = 8;
const LAYOUTS = {
  chinese: ["1 2 3 4 5 6 7 8 9 0", "q w e r t y u i o p", "a s d f g h j k l {bksp}", "z x c v b n m - {done}"],
  digits: ["1 2 3", "4 5 6", "7 8 9", "{bksp} 0 {done}"],
  money: ["1 2 3", "4 5 6", "7 8 9", ". 0 {bksp}", "{done}"],
  number: ["1 2 3 4 5 6 7 8 9 0", "Q W E R T Y U I O P", "A S D F G H J K L {bksp}", "Z X C V B N M {done}"],
};
const DISPLAY = { "{bksp}": "删除", "{done}": "收起" };

let field = null;
let keyboard = null;
let spelt = "";
let page = 0;

export function attachKeyboard() {
  const keys = document.getElementById("keys");
  if (!keys || keys.dataset.attached) return;
  keys.dataset.attached = "yes";
  close(keys);
  for (const input of document.querySelectorAll("input[data-keys]")) input.addEventListener("focus", () => open(keys, input));
  for (const where of document.querySelectorAll("input[name=where]")) {
    where.addEventListener("change", () => document.querySelector(`input[name=${where.value === "card" ? "phone" : "address"}]`).focus());
  }
  document.querySelector("input[data-first]")?.focus();
  // A touch on the keys must not take the caret out of the field.
  keys.addEventListener("pointerdown", (event) => event.preventDefault());
  keys.addEventListener("mousedown", (event) => event.preventDefault());
  // simple-keyboard's keys are buttons without a type: inside a form they would submit it.
  keys.addEventListener("click", (event) => event.preventDefault());
}

function open(keys, input) {
  if (field === input && !keys.hidden) return;
  close(keys);
  field = input;
  const kind = input.dataset.keys;
  keys.hidden = false;
  keys.classList.toggle("keys--digits", kind === "digits" || kind === "money");
  keys.innerHTML = `<div class="keys__candidates"${kind === "chinese" ? "" : " hidden"}></div><div class="simple-keyboard"></div>`;
  keyboard = new SimpleKeyboard(keys.lastElementChild, {
    layout: { default: LAYOUTS[kind] },
    display: DISPLAY,
    mergeDisplay: true,
    useButtonTag: true,
    disableCaretPositioning: true,
    onKeyPress: (key) => press(keys, key),
  });
  show(keys);
  input.scrollIntoView({ block: "center" });
}

function close(keys) {
  keyboard?.destroy();
  keyboard = null;
  field = null;
  spelt = "";
  keys.hidden = true;
  keys.replaceChildren();
}

function press(keys, key) {
  if (key === "{done}") {
    field.blur();
    close(keys);
    return;
  }
  if (key === "{bksp}" && spelt) spelt = spelt.slice(0, -1);
  else if (key === "{bksp}") erase();
  else if (field.dataset.keys === "chinese" && /[a-z]/.test(key)) spelt = (spelt + key).slice(-LONGEST);
  else write(key);
  page = 0;
  show(keys);
}

function show(keys) {
  const bar = keys.querySelector(".keys__candidates");
  if (bar.hidden) return;
  const found = (SYLLABLES[spelt] ?? "").split(" ").filter(Boolean);
  const first = page * A_PAGE;
  const word = document.createElement("span");
  word.className = "keys__spelt";
  word.textContent = spelt || "拼音";
  const few = found.slice(first, first + A_PAGE).map((character) => candidate(character, () => choose(keys, character)));
  if (found.length > A_PAGE) {
    few.push(
      candidate("更多", () => {
        page = first + A_PAGE < found.length ? page + 1 : 0;
        show(keys);
      }),
    );
  }
  bar.replaceChildren(word, ...few);
}

function candidate(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "keys__candidate";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

function choose(keys, character) {
  write(character);
  spelt = "";
  page = 0;
  show(keys);
}

function write(text) {
  if (field.maxLength > 0 && field.value.length + text.length > field.maxLength) return;
  const caret = field.selectionStart ?? field.value.length;
  field.setRangeText(text, caret, field.selectionEnd ?? caret, "end");
  changed();
}

function erase() {
  const caret = field.selectionStart ?? field.value.length;
  if (caret !== field.selectionEnd) field.setRangeText("");
  else if (caret > 0) field.setRangeText("", caret - lastOf(field.value.slice(0, caret)), caret, "end");
  changed();
}

// Code units of the last character as a person counts them.
function lastOf(text) {
  return [...new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(text)].at(-1).segment.length;
}

// What a key did is heard like what a hand typed: the field is checked as it is filled.
function changed() {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// The keyboard on the glass: rows of buttons below the field, and for Chinese the spelling with its candidates above them. It lies in
// the page's flow and so covers nothing.
import chinese from "simple-keyboard-layouts/build/layouts/chinese.js";

const SYLLABLES = (chinese.default ?? chinese).layoutCandidates;
const LONGEST = 6; // letters of the longest syllable: zhuang
const A_PAGE = 8;
const ERASE = "删除";
const DONE = "收起";
const ROWS = {
  chinese: ["1234567890", "qwertyuiop", ["a", "s", "d", "f", "g", "h", "j", "k", "l", ERASE], ["z", "x", "c", "v", "b", "n", "m", "-", DONE]],
  digits: ["123", "456", "789", [ERASE, "0", DONE]],
  money: ["123", "456", "789", [".", "0", ERASE], [DONE]],
  number: ["1234567890", "QWERTYUIOP", [..."ASDFGHJKL", ERASE], [..."ZXCVBNM", DONE]],
};

let field = null;
let spelt = "";
let page = 0;

export function attachKeyboard() {
  const keys = document.getElementById("keys");
  if (!keys || keys.dataset.attached) return;
  keys.dataset.attached = "yes";
  close(keys);
  for (const input of document.querySelectorAll("[data-keys]")) input.addEventListener("focus", () => open(keys, input));
  for (const where of document.querySelectorAll("input[name=where]")) {
    where.addEventListener("change", () => document.querySelector(`input[name=${where.value === "card" ? "phone" : "address"}]`).focus());
  }
  document.querySelector("input[data-first]")?.focus();
  // A touch on the keys must not take the caret out of the field.
  keys.addEventListener("pointerdown", (event) => event.preventDefault());
  keys.addEventListener("mousedown", (event) => event.preventDefault());
  keys.addEventListener("click", (event) => {
    const { key } = event.target.closest("button")?.dataset ?? {};
    if (key) press(keys, key);
  });
}

function open(keys, input) {
  if (field === input && !keys.hidden) return;
  close(keys);
  field = input;
  const kind = input.dataset.keys;
  keys.hidden = false;
  keys.classList.toggle("keys--digits", kind === "digits" || kind === "money");
  if (kind === "chinese") keys.append(made("div", "keys__candidates"));
  keys.append(
    ...ROWS[kind].map((row) => {
      const line = made("div", "keys__row");
      line.append(...[...row].map((key) => button(key, `key${key.length > 1 ? " key--word" : ""}`)));
      return line;
    }),
  );
  show(keys);
  input.closest("fieldset")?.scrollIntoView({ block: "center" });
  input.scrollIntoView({ block: "nearest" });
}

function close(keys) {
  field = null;
  spelt = "";
  page = 0;
  keys.hidden = true;
  keys.replaceChildren();
}

function press(keys, key) {
  if (key === DONE) {
    field.blur();
    close(keys);
    return;
  }
  if (key === ERASE && spelt) spelt = spelt.slice(0, -1);
  else if (key === ERASE) erase();
  else if (key === "更多") {
    page += 1;
    show(keys);
    return;
  } else if (field.dataset.keys === "chinese" && /^[a-z]$/.test(key)) spelt = (spelt + key).slice(-LONGEST);
  else {
    write(key);
    spelt = "";
  }
  page = 0;
  show(keys);
}

function show(keys) {
  const bar = keys.querySelector(".keys__candidates");
  if (!bar) return;
  const found = (SYLLABLES[spelt] ?? "").split(" ").filter(Boolean);
  const first = (page * A_PAGE) % (Math.ceil(found.length / A_PAGE) * A_PAGE || 1);
  const word = made("span", "keys__spelt");
  word.textContent = spelt || "拼音";
  const few = found.slice(first, first + A_PAGE);
  bar.replaceChildren(word, ...few.map((character) => button(character, "keys__candidate")));
  if (found.length > A_PAGE) bar.append(button("更多", "keys__candidate"));
}

function made(tag, name) {
  return Object.assign(document.createElement(tag), { className: name });
}

function button(key, name) {
  const one = Object.assign(made("button", name), { type: "button", textContent: key });
  one.dataset.key = key;
  return one;
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

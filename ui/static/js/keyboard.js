// The keyboard on the glass: rows of buttons below the field, and for Chinese the letters spelt and what the server offers for them.
// It lies in the page's flow and so covers nothing.
const MOST_LETTERS = 44; // as domain/spelling/port.py has it
const PATIENCE_MS = 4000;
const ROWS = {
  chinese: ["1234567890", "qwertyuiop", [..."asdfghjkl", "erase"], [..."zxcvbnm'-", "done"]],
  latin: ["1234567890", "qwertyuiop", [..."asdfghjkl", "erase"], [..."zxcvbnm.-", "done"]],
  digits: ["123", "456", "789", ["erase", "0", "done"]],
  money: ["123", "456", "789", [".", "0", "erase"], ["done"]],
  number: ["1234567890", "QWERTYUIOP", [..."ASDFGHJKL", "erase"], [..."ZXCVBNM", "done"]],
};

// What stands above the rows while nothing is spelt: signs, as many as there is room for, and the other ways to write.
const ABOVE = { words: [..."，。、（）：#/", "name", "latin"], name: ["·", "name", "latin"], latin: ["'", "space", "upper", "chinese"] };

const ARROWS = { before: "‹", after: "›" };

let field = null;
let layout = "";
let byName = false; // a name is written: syllable by syllable
let upper = true; // a name in Latin letters is written so on a card
let spelt = "";
let starts = [0]; // where each page of candidates begins, up to the one shown
let found = { words: [], more: false };
let width = 0; // the candidates were fitted to
let turn = 0; // of questions to the server: only the last one's answer counts
let looked = null; // the last question, until it is answered
let taking = false;
let line = Promise.resolve();

// Another panel, another view: other candidates have room, and the field is to be seen again.
const room = new ResizeObserver(() => {
  const keys = document.getElementById("keys");
  if (keys && keys.clientWidth !== width) show(keys, found);
  if (field) bring(field);
});

export function attachKeyboard() {
  const keys = document.getElementById("keys");
  if (!keys || keys.dataset.attached) return;
  keys.dataset.attached = "yes";
  close(keys);
  room.disconnect();
  for (const one of [keys, document.body]) room.observe(one);
  for (const input of document.querySelectorAll("[data-keys]")) input.addEventListener("focus", () => open(keys, input));
  for (const where of document.querySelectorAll("input[name=where]")) {
    where.addEventListener("change", () => document.querySelector(`input[name=${where.value === "card" ? "phone" : "address"}]`).focus());
  }
  document.querySelector("[data-first]")?.focus();
  // Of many questions on one screen the first one to be put right is the one to see.
  if (!field) document.querySelector("fieldset.ask--wrong")?.scrollIntoView({ block: "center" });
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
  byName = kind === "name";
  keys.hidden = false;
  keys.classList.toggle("keys--digits", kind === "digits" || kind === "money");
  lay(keys, byName ? "chinese" : kind);
  bring(input);
}

// Into sight, with what it asks for and what is wrong with it where there is room for both.
function bring(input) {
  input.closest("fieldset")?.scrollIntoView({ block: "center" });
  input.scrollIntoView({ block: "nearest" });
}

function close(keys) {
  field = null;
  forget();
  keys.hidden = true;
  keys.replaceChildren();
}

// The rows of another layout; a hand on keys stays where it is.
function lay(keys, which) {
  const at = [...keys.querySelectorAll("button")].indexOf(document.activeElement);
  layout = which;
  const bar = made("div", "keys__candidates");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", keys.dataset.found);
  const rows = ROWS[which].map((row) => {
    const line = made("div", "keys__row");
    line.append(...[...row].map((key) => button(keys, key)));
    return line;
  });
  keys.replaceChildren(...(which === "chinese" || which === "latin" ? [bar] : []), ...rows);
  show(keys);
  if (at >= 0) [...keys.querySelectorAll("button")][at]?.focus();
}

// One key after another: what is pressed while a word is being taken comes after it.
function press(keys, key) {
  const offered = key.startsWith("take:") || key in ARROWS;
  if (offered && taking) return; // it was offered for letters that are taken
  taking ||= key.startsWith("take:");
  line = line
    .then(() => field && act(keys, key))
    .catch((error) => console.error(error))
    .finally(() => (taking &&= !key.startsWith("take:")));
}

async function act(keys, key) {
  if (key === "done") {
    field.blur();
    close(keys);
  } else if (key in ARROWS) {
    if (key === "before") starts.pop();
    else starts.push(starts.at(-1) + shown(keys).length);
    looked = look(keys);
  } else if (key.startsWith("take:")) await take(keys, key.slice(5));
  else if (key === "latin" || key === "chinese") {
    forget();
    lay(keys, key);
  } else if (key === "upper") {
    upper = !upper;
    lay(keys, layout);
  } else if (key === "name") {
    byName = !byName;
    starts = [0];
    lay(keys, layout);
    looked = look(keys);
  } else if (key === "erase" && !spelt) erase();
  else if (layout === "chinese" && /^[a-z']$|^erase$/.test(key) && (spelt || key !== "'")) {
    spelt = key === "erase" ? spelt.slice(0, -1) : (spelt + key).slice(0, MOST_LETTERS);
    starts = [0];
    looked = look(keys);
  } else {
    await looked;
    if (spelt && found.words.length) await take(keys, found.words[0]); // nothing that was spelt is lost without a word
    write(key === "space" ? " " : layout === "latin" && upper ? key.toUpperCase() : key);
  }
}

async function take(keys, word) {
  const asked = { letters: spelt, way: way(), word };
  write(word);
  if (!spelt) return; // a sign
  starts = [0];
  await look(keys, asked);
}

const way = () => (byName ? (field.selectionStart === 0 ? "surname" : "name") : "words");

// What the server offers for the letters, and shows it. Without an answer nothing is offered, and the letters stay.
async function look(keys, asked = { letters: spelt, way: way() }) {
  const mine = ++turn;
  if (!asked.word) show(keys, found);
  keys.querySelector(".keys__candidates").setAttribute("aria-busy", "true");
  let answer = { words: [], more: false, letters: "" };
  try {
    const { visit } = document.getElementById("live").dataset;
    const body = new URLSearchParams({ visit, first: starts.at(-1), ...asked });
    if (asked.letters) answer = await (await fetch("/spell", { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) })).json();
  } catch {
    // the cover says that the service is not there
  }
  if (mine !== turn || !field) return;
  if (asked.word) spelt = answer.letters;
  show(keys, answer);
  keys.querySelector(".keys__candidates")?.removeAttribute("aria-busy");
}

const shown = (keys) => [...keys.querySelectorAll(".keys__candidates [data-key^='take:']")];

function show(keys, offered = { words: [], more: false }) {
  found = offered;
  width = keys.clientWidth;
  const bar = keys.querySelector(".keys__candidates");
  if (!bar) return;
  const held = bar.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const how = layout === "latin" ? layout : byName ? "name" : "words";
  const line = made("p", `keys__spelt${spelt ? "" : " keys__spelt--hint"}`);
  line.textContent = spelt.replaceAll("v", "ü") || keys.dataset[`hint${how[0].toUpperCase()}${how.slice(1)}`];
  const turns = ["before", "after"].map((key) => button(keys, key));
  const words = spelt ? [...found.words.map((word) => button(keys, `take:${word}`)), ...turns] : ABOVE[how].map((key) => button(keys, key));
  bar.replaceChildren(line, ...words);
  const before = shown(keys).length;
  // What there is no room for: candidates from the last on, and of long letters the first.
  const over = () => bar.scrollWidth > bar.clientWidth;
  for (const one of [...bar.querySelectorAll("button:not(.key--word, [aria-label])")].slice(1).reverse()) if (over()) one.remove();
  while (spelt && line.textContent.length > 2 && (over() || line.scrollWidth > line.clientWidth)) {
    line.textContent = `…${line.textContent.replace("…", "").slice(1)}`;
  }
  turns[0].disabled = starts.length === 1;
  turns[1].disabled = !found.more && shown(keys).length === before;
  if (held) (turns.find((one) => one.dataset.key === held && !one.disabled) ?? bar.querySelector("button:not(:disabled)") ?? field).focus();
}

function forget() {
  spelt = "";
  starts = [0];
  found = { words: [], more: false };
  turn += 1;
}

function made(tag, name) {
  return Object.assign(document.createElement(tag), { className: name });
}

function button(keys, key) {
  const said = keys.dataset[`key${key[0].toUpperCase()}${key.slice(1)}`];
  const one = made("button", key.includes(":") || ARROWS[key] ? "keys__candidate" : `key${said ? " key--word" : ""}`);
  const letter = layout === "latin" && upper ? key.toUpperCase() : layout === "chinese" && key === "v" ? "v ü" : key;
  Object.assign(one, { type: "button", textContent: ARROWS[key] ?? said ?? (key.startsWith("take:") ? key.slice(5) : letter) });
  one.dataset.key = key;
  if (ARROWS[key]) one.setAttribute("aria-label", said);
  if (key === "name" || key === "upper") one.setAttribute("aria-pressed", key === "name" ? byName : upper);
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

// Keys below a field for what a technician writes: addresses, paths, numbers, codes. Chinese is written with a keyboard plugged in.
const ROWS = {
  number: [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "0"], [".", "删除"]],
  code: [[..."1234567890"], [..."QWERTYUIOP"], [..."ASDFGHJKL"], [..."ZXCVBNM", "-", "删除"]],
  text: [[..."1234567890"], [..."qwertyuiop"], [..."asdfghjkl", "_"], [..."zxcvbnm", "-", ".", "/"], ["大写", ":", "@", "?", "=", "+", ",", "空格", "删除"]],
};

export function attachBoard() {
  const field = document.querySelector("[data-board]");
  const board = document.querySelector("[data-keys]");
  if (!field || !board) return;
  board.hidden = false;
  let upper = false;
  function draw() {
    board.replaceChildren(
      ...(ROWS[field.dataset.board] ?? ROWS.text).map((row) => {
        const line = Object.assign(document.createElement("div"), { className: "board__row" });
        for (const key of row) line.append(button(upper && key.length === 1 ? key.toUpperCase() : key));
        return line;
      }),
    );
  }
  function button(key) {
    const one = Object.assign(document.createElement("button"), { type: "button", className: "pad__key board__key", textContent: key });
    if (key.length > 1) one.classList.add("pad__key--word");
    one.addEventListener("pointerdown", (event) => event.preventDefault());
    one.addEventListener("click", () => press(key));
    return one;
  }
  function press(key) {
    const caret = field.selectionStart ?? field.value.length;
    const end = field.selectionEnd ?? caret;
    if (key === "大写") {
      upper = !upper;
      draw();
    } else if (key === "删除") field.setRangeText("", caret === end ? Math.max(0, caret - 1) : caret, end, "end");
    else if (field.value.length < field.maxLength) field.setRangeText(key === "空格" ? " " : key, caret, end, "end");
    field.focus({ preventScroll: true });
  }
  draw();
}

// Down and up the cases of a list: J and K, Enter opens. Nothing while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  const cases = [...document.querySelectorAll("tbody .action")];
  if (!step || !cases.length) return;
  const at = cases.indexOf(document.activeElement);
  cases[at < 0 ? 0 : Math.min(cases.length - 1, Math.max(0, at + step))].focus();
});

// Enter in a field of these forms does nothing: each has a button and a key of its own, and one of them cannot be taken back.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.form?.dataset.enter === "no") {
    event.preventDefault();
  }
});

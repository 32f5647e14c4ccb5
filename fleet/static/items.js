// The administration's forms work without this. It says what is not saved yet, adds lines to tables, and prints.
const watched = document.querySelector("form[data-watched]");
let dirty = false;

watched?.addEventListener("input", () => {
  dirty = true;
  document.getElementById("unsaved").textContent = "有改动还没有保存";
});
watched?.addEventListener("submit", () => { dirty = false; });
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
document.getElementById("print")?.addEventListener("click", () => print());

for (const table of watched?.querySelectorAll("table.rows:not(.map)") ?? []) {
  table.addEventListener("input", () => {
    const last = table.tBodies[0].lastElementChild;
    if (![...last.querySelectorAll("input:not([type=checkbox]), textarea")].some((one) => one.value)) return;
    const next = last.cloneNode(true);
    const count = table.tBodies[0].children.length;
    for (const one of next.querySelectorAll("[name]")) {
      one.name = one.name.replace(/\.\d+\.([a-z_]+)$/, `.${count}.$1`);
      one.id = one.id.replace(/-\d+-([a-z_]+)$/, `-${count}-$1`);
      one.setAttribute("aria-label", (one.getAttribute("aria-label") ?? "").replace(/\d+/, count + 1));
      if (one.type === "checkbox") one.checked = false; else one.value = "";
    }
    for (const said of next.querySelectorAll(".finding")) said.remove();
    table.tBodies[0].append(next);
  });
}

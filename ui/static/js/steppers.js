// A date and an amount by touch alone: plus and minus at lists of year, month and day, and buttons that add to an amount.
const pad = (number) => String(number).padStart(2, "0");

export function attachSteppers() {
  for (const button of document.querySelectorAll("[data-step]:not([data-attached])")) {
    button.dataset.attached = "yes";
    button.addEventListener("click", () => step(document.getElementById(button.dataset.for), Number(button.dataset.step)));
  }
  for (const button of document.querySelectorAll("[data-add]:not([data-attached])")) {
    button.dataset.attached = "yes";
    button.addEventListener("click", () => add(document.getElementById("ask-input"), Number(button.dataset.add)));
  }
  // Whoever writes does not mean what stands on the card.
  for (const input of document.querySelectorAll(".ask__own input, .ask__own select")) {
    input.addEventListener("focus", () => {
      const hand = document.querySelector("input[name$='.by'][value=hand]");
      if (hand) hand.checked = true;
    });
  }
}

// An empty list begins at today; the day goes with the month.
function step(list, by) {
  const now = new Date();
  const today = { year: String(now.getFullYear()), month: pad(now.getMonth() + 1), day: pad(now.getDate()) };
  const values = [...list.options].map((option) => option.value).filter(Boolean);
  if (!list.value) {
    list.value = today[list.id.replace("date-", "")];
    return;
  }
  const next = String(Number(list.value) + by).padStart(2, "0");
  const wraps = list.id !== "date-year";
  if (values.includes(next)) list.value = next;
  else if (wraps) list.value = by > 0 ? values[0] : values.at(-1);
}

function add(input, amount) {
  const sum = amount ? Math.round((Number(input.value) || 0) * 100 + amount * 100) / 100 : 0;
  input.value = amount ? (Number.isInteger(sum) ? String(sum) : sum.toFixed(2)) : "";
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Enter in a field of these forms does nothing: each has a button and a key of its own, and one of them cannot be taken back.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.form?.dataset.enter === "no") {
    event.preventDefault();
  }
});

// One typing, two doors: the form goes here and, in a page of its own, to the intake window. Each compares for itself.
export function attachAlso() {
  const also = document.querySelector("[data-also]");
  also?.addEventListener("click", () => {
    if (!also.form.checkValidity()) return; // the browser says what is missing
    const copy = Object.assign(document.createElement("form"), { method: "post", action: also.dataset.also, target: "_blank", rel: "noopener", hidden: true });
    for (const [name, value] of new FormData(also.form)) copy.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(copy);
    copy.submit();
    copy.remove(); // the password stays in no second place
  });
}

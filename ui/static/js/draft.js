// What was typed on a screen survives that screen being drawn anew (an error elsewhere on it); it is dropped with the screen.
let draft = { of: "", values: new Map() };

const fields = () => document.querySelectorAll("#step :is(input:not([type=hidden]), select, textarea)[name]");
const at = (field) => (field.type === "radio" || field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);

export function keepDraft(of) {
  draft = { of, values: new Map() };
  for (const field of fields()) draft.values.set(at(field), "checked" in field && field.type !== "text" ? field.checked : field.value);
}

export function restoreDraft(of) {
  if (draft.of !== of) draft = { of: "", values: new Map() };
  for (const field of fields()) {
    const value = draft.values.get(at(field));
    if (value === undefined) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  }
}

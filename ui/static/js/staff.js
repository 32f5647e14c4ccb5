// The way in for staff: the mark at the head of the page held for three seconds, or Ctrl-F2. Whether there is a door now is the server's
// to say; from a visit there is no way to it at all. A badge laid down leads there by itself: the beat tells of it.
const HELD_MS = 3000;

export const staff = () => window.location.replace("/staff/");

export function attachStaff() {
  let held = 0;
  const enter = () => document.getElementById("live")?.dataset.visit || staff();
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".mark")) held = setTimeout(enter, HELD_MS);
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => clearTimeout(held));
  document.addEventListener("keydown", (event) => event.ctrlKey && event.key === "F2" && enter());
}

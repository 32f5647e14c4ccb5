// What is wrong with the way four keys go through the screen as it stands, in words. A key has been pressed before: the focus shows.
async () => {
  const flaws = [];
  const MOST = 400;
  const named = (one) => `${one.className || one.tagName} ${one.textContent.trim().slice(0, 12)}`;
  const seen = (one) => one.checkVisibility() && !one.closest("[inert]");
  const press = (key) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  // Where the focus is, and where it is drawn: round the whole line of a box to tick, on the summary of a list that folds.
  const drawn = (one) => one.closest(".option") ?? one;
  const regions = [".head", ".work", ".helping", ".foot", ".closing", ".look", ".dialog"];
  const region = (one) => regions.findIndex((name) => one.closest(name));

  const LEAFED = ".step__body, .welcome, .plain, .facts--check, .paper__sheet";
  // What of it is within everything it scrolls in.
  const open = (one) => {
    let { top, bottom, left, right } = one.getBoundingClientRect();
    for (let around = one.parentElement; around; around = around.parentElement) {
      const { overflowY, display } = getComputedStyle(around);
      if (overflowY === "visible" || display === "contents") continue;
      const box = around.getBoundingClientRect();
      [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return [Math.max(top, 0), Math.min(bottom, innerHeight), Math.max(left, 0), Math.min(right, innerWidth)];
  };

  const reached = [];
  document.activeElement?.blur();
  for (let n = 0; n < MOST; n += 1) {
    press("ArrowDown");
    for (const box of document.querySelectorAll(LEAFED)) box.dispatchEvent(new Event("scroll")); // it comes with the next frame
    const one = document.activeElement;
    if (one === document.body) return ["no key reaches anything"];
    if (one === reached[0]) break;
    if (one === reached.at(-1)) continue; // leafed through
    if (reached.includes(one)) return [`goes in a circle at ${named(one)}`];
    reached.push(one);
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(drawn(one));
    const leafed = one.matches(LEAFED);
    if (!leafed && boxShadow === "none" && (outlineStyle !== "solid" || parseFloat(outlineWidth) < 3)) flaws.push(`no ring: ${named(one)}`);
    // Not obscured (2.4.11): half of it lies open, or of the box it scrolls in.
    const [top, bottom, left, right] = open(drawn(one));
    const box = drawn(one).getBoundingClientRect();
    const room = drawn(one).closest(LEAFED)?.clientHeight ?? innerHeight;
    if (bottom - top < Math.min(box.height, room) / 2) flaws.push(`out of sight: ${named(one)}`);
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (!leafed && there && !drawn(one).contains(there) && !there.contains(drawn(one))) flaws.push(`obscured: ${named(one)} by ${named(there)}`);
  }
  if (reached.length >= MOST) flaws.push("without end");

  // Nothing that can be done is left out.
  const modal = [...document.querySelectorAll("[role=alertdialog]")].find(seen);
  for (const one of (modal ?? document).querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
    if (!seen(one) || one.disabled || one.matches(".below") || one.closest(".look, .keys__row, .keys__candidates")) continue;
    if (!reached.includes(one)) flaws.push(`no key reaches: ${named(one)}`);
  }
  // The order is the one it is read in: regions from the top, and within one never back up and to the left.
  reached.slice(1).forEach((next, n) => {
    const before = reached[n];
    if (region(next) < region(before)) flaws.push(`out of its region: ${named(before)} → ${named(next)}`);
    if (region(next) !== region(before) || !next.closest(".step__body, .actions, .foot, .keys") || next.closest(".step__body, .actions, .keys") !== before.closest(".step__body, .actions, .keys")) return;
    const [a, b] = [before, next].map((one) => [drawn(one).offsetTop, drawn(one).offsetLeft]);
    if (drawn(before).offsetParent === drawn(next).offsetParent && b[0] < a[0] - 2 && b[1] < a[1] + 2) flaws.push(`backwards: ${named(before)} → ${named(next)}`);
  });

  for (const one of document.querySelectorAll(LEAFED)) one.scrollTop = 0;
  document.activeElement?.blur();
  return [...new Set(flaws)];
}

// What is wrong with the screen as it stands, in words: sizes in millimetres of the panel, text that is cut, things out of place.
async () => {
  const flaws = [];
  // Keys are laid anew for another panel, and the field is brought back into sight.
  if (document.querySelector(".keys:not([hidden])")) await new Promise((laid) => requestAnimationFrame(() => requestAnimationFrame(laid)));
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm"));
  const screen = document.querySelector(".screen");
  document.body.classList.remove("settling"); // it is looked at before a finger could
  const is = (name) => screen.classList.contains(`screen--${name}`);
  const seen = (one) => one.checkVisibility() && !one.closest("[inert]");
  const named = (one) => `${one.className || one.tagName} ${one.textContent.trim().slice(0, 12)}`;
  const least = (size, wanted) => size >= wanted * mm - 0.6;

  if (document.documentElement.scrollWidth > innerWidth) flaws.push("wider than the panel");
  if (document.documentElement.scrollHeight > innerHeight) flaws.push("higher than the panel");
  if (!document.querySelector(".mark").checkVisibility()) flaws.push("without its mark");
  for (const box of document.querySelectorAll(".screen *")) {
    const style = getComputedStyle(box);
    if (seen(box) && box.scrollWidth > box.clientWidth + 1 && ["auto", "hidden"].includes(style.overflowX) && !box.matches(".pages, select, input"))
      flaws.push(`scrolls or is cut sideways: ${named(box)}`);
  }

  // --- what is acted on ---
  const KEYS = ".key, .keys__candidate, .letters__key, .amount";
  const low = is("low") && innerHeight > innerWidth;
  for (const one of document.querySelectorAll("button, a[href], .option, summary, select, input.text")) {
    if (!seen(one)) continue;
    const { width, height, top, bottom, left, right } = one.getBoundingClientRect();
    const wanted = one.matches(KEYS) ? 15 : 20;
    if (!least(height, wanted) || !least(width, wanted)) flaws.push(`small target: ${named(one)} ${(width / mm).toFixed(1)} × ${(height / mm).toFixed(1)} mm`);
    const fixed = one.closest(".foot, .actions, .dialog, .keys, .helping");
    if (fixed && (bottom > innerHeight + 1 || right > innerWidth + 1 || left < -1)) flaws.push(`outside: ${named(one)}`);
    if (low && fixed && top < innerHeight / 2 - 1) flaws.push(`too high for the low position: ${named(one)}`);
  }
  for (const row of document.querySelectorAll(".keys__row, .keys__candidates")) {
    const keys = [...row.querySelectorAll("button")].map((key) => key.getBoundingClientRect());
    keys.slice(1).forEach((key, n) => least(key.left - keys[n].right, 2) || flaws.push("keys too near each other"));
    const above = row.previousElementSibling?.getBoundingClientRect();
    if (above && !least(row.getBoundingClientRect().top - above.bottom, 2)) flaws.push("rows of keys too near each other");
  }
  // What is being written is seen whole.
  const written = document.querySelector(".keys:not([hidden])") && document.activeElement;
  if (written?.matches("[data-keys]")) {
    const { left, top, right, bottom } = written.getBoundingClientRect();
    for (const [x, y] of [[left + 9, top + 3], [right - 9, top + 3], [left + 9, bottom - 3], [right - 9, bottom - 3]])
      if (document.elementFromPoint(x, y) !== written) flaws.push(`the field is covered at ${Math.round(x)}, ${Math.round(y)} by ${named(document.elementFromPoint(x, y) ?? document.body)}`);
  }
  // And so is what it is called; nothing fades out there.
  const called = written?.matches("[data-keys]") && written.closest(".ask")?.querySelector(".ask__label");
  if (called) {
    const { left, top, height } = called.getBoundingClientRect();
    if (!called.contains(document.elementFromPoint(left + 9, top + height / 2))) flaws.push(`out of sight: ${named(called)}`);
  }
  const fading = written && [...document.querySelectorAll(".goes-on")].find((one) => getComputedStyle(one).maskImage !== "none");
  if (fading) flaws.push(`fades where one writes: ${named(fading)}`);
  // What is done next lies in nobody's way.
  for (const fixed of document.querySelectorAll(".actions .button, .key, .foot__button")) {
    if (!seen(fixed) || fixed.closest("[popover]")) continue;
    const { left, top, width, height } = fixed.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (there && !fixed.contains(there) && !there.closest(".veil, .below, .paper__sheet, .look, .idle")) flaws.push(`covered: ${named(fixed)} by ${named(there)}`);
  }

  // --- what is read ---
  const text = is("large") ? 8 : 6.5;
  const BOX = "button, .tag, .mark, .foot, .check, .need, .person, .case, .panel, .advice, .option, .choice, .trouble, .dialog, .facts > div, .head, .step";
  for (const one of document.querySelectorAll(".screen *")) {
    const written = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
    if (!written.length || !seen(one) || one.matches("option, text") || one.closest(".paper__open")) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (!one.closest(".progress__dot, .code-point") && !least(size, text)) flaws.push(`small text: ${named(one)} ${(size / mm).toFixed(2)} mm`);
    const box = one.closest(BOX)?.getBoundingClientRect();
    for (const node of box ? written : []) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const put = range.getBoundingClientRect();
      if (put.width && (put.left < box.left - 1.5 || put.right > box.right + 1.5)) flaws.push(`runs out of its box: ${named(one)}`);
      if (put.width && one.closest("button, .tag, .mark") && (put.top < box.top - size / 5 || put.bottom > box.bottom + size / 5)) flaws.push(`higher than its box: ${named(one)}`);
    }
  }
  // Nothing that is written lies over or under something else that is.
  for (const one of document.querySelectorAll(".work *, .foot *, .head *")) {
    const written = [...one.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
    if (!written || !seen(one) || one.matches("option, text, summary") || document.querySelector(".veil, .take-card, [popover]:popover-open")) continue;
    const range = document.createRange();
    range.selectNodeContents(written);
    const put = [...range.getClientRects()].at(-1);
    if (!put || !put.width) continue;
    const [x, y] = [put.left + put.width / 2, put.top + put.height / 2];
    const clip = one.closest(".step__body, .facts--check, .welcome, .plain, .pages, .work")?.getBoundingClientRect();
    if (clip && (y < clip.top || y > clip.bottom)) continue;
    const there = document.elementFromPoint(x, y);
    if (there && !one.contains(there) && !there.contains(one) && !there.closest(".below, svg, canvas"))
      flaws.push(`written over: ${named(one)} by ${named(there)}`);
  }
  return [...new Set(flaws)];
}

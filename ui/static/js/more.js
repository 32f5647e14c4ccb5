// Where there is more below than fits, a button says so and goes there: not everybody knows that a page can be pushed.
const ENOUGH = 8; // pixels that are not worth a word
let watched = null;

export function attachMore() {
  const body = document.querySelector(".facts--check") ?? document.querySelector(".work .step__body, .welcome, .work .plain");
  if (!body || body.dataset.more) return;
  body.dataset.more = "yes";
  watched?.disconnect();
  const more = Object.assign(document.createElement("button"), { type: "button", className: "below", textContent: body.closest(".work").dataset.below, tabIndex: -1, hidden: true });
  body.closest(".work").append(more);

  // All is read before anything is written, and what has not changed is left alone: else the page is laid out again for each.
  const look = () => {
    const scrolls = body.scrollHeight > body.clientHeight + 1;
    const [work, box] = [more.parentNode, body].map((one) => one.getBoundingClientRect());
    const hidden = body.scrollHeight - body.clientHeight - body.scrollTop < ENOUGH;
    if (scrolls && body.tabIndex !== 0) body.tabIndex = 0; // gone through by keys as well
    else if (!scrolls && body.hasAttribute("tabindex")) body.removeAttribute("tabindex");
    if (!hidden) Object.assign(more.style, { right: `${work.right - box.right}px`, bottom: `${work.bottom - box.bottom}px` });
    if (hidden === more.hidden) return;
    more.hidden = hidden;
    // What would lie half under the button fades out above it.
    body.classList.toggle("goes-on", !hidden);
  };
  more.addEventListener("click", () => body.scrollBy({ top: body.clientHeight * 0.75 }));
  body.addEventListener("scroll", look, { passive: true });
  watched = new ResizeObserver(look);
  for (const one of [body, ...body.children]) watched.observe(one);
}

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

  const look = () => {
    const scrolls = body.scrollHeight > body.clientHeight + 1;
    if (scrolls !== body.hasAttribute("tabindex")) body.toggleAttribute("tabindex", scrolls); // gone through by keys as well
    if (scrolls) body.tabIndex = 0;
    more.hidden = body.scrollHeight - body.clientHeight - body.scrollTop < ENOUGH;
    // What would lie half under the button fades out above it.
    body.classList.toggle("goes-on", !more.hidden);
    body.style.setProperty("--below", `${more.offsetHeight}px`);
    const [work, box] = [more.parentNode, body].map((one) => one.getBoundingClientRect());
    more.style.right = `${work.right - box.right}px`;
    more.style.bottom = `${work.bottom - box.bottom}px`;
  };
  more.addEventListener("click", () => body.scrollBy({ top: body.clientHeight * 0.75 }));
  body.addEventListener("scroll", look, { passive: true });
  watched = new ResizeObserver(look);
  for (const one of [body, ...body.children]) watched.observe(one);
}

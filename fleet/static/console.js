// Fetches the live part of the page again. A failure is said, never hidden: old figures must not look fresh.
const live = document.getElementById("live");
const fresh = document.getElementById("fresh");
const PERIOD = 5000;

async function refresh() {
  try {
    const answer = await fetch(live.dataset.source, { signal: AbortSignal.timeout(PERIOD) });
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    if (!document.getSelection()?.toString()) live.innerHTML = text;
    fresh.textContent = "";
    document.body.classList.remove("stale-page");
  } catch {
    fresh.textContent = "页面取不到新数据，下面是先前的情况。";
    document.body.classList.add("stale-page");
  }
  setTimeout(refresh, PERIOD);
}

setTimeout(refresh, PERIOD);

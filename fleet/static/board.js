// Keeps the board as it is now: its stream tells which rows are different. A failure is said, never hidden: old figures must not look fresh.
const board = document.getElementById("board");
const body = board.tBodies[0];
const fresh = document.getElementById("fresh");
const asof = document.getElementById("asof");
const QUIET = 20000; // ms without a word after which nobody knows

function element(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  return made.content;
}

function take({ order, rows, parts }) {
  const shown = new Map([...body.rows].map((row) => [row.dataset.id, row]));
  for (const [id, html] of Object.entries(rows)) {
    const row = element(html).querySelector("tr");
    const old = shown.get(id);
    if (old && old.contains(document.activeElement)) continue; // somebody is about to press something there
    if (old) old.replaceWith(row);
    shown.set(id, row);
  }
  const wanted = order.map((id) => shown.get(id)).filter(Boolean);
  if (wanted.some((row, n) => body.rows[n] !== row) || body.rows.length !== wanted.length) body.replaceChildren(...wanted);
  for (const [id, html] of Object.entries(parts)) {
    const place = document.getElementById(id);
    if (!place.contains(document.activeElement)) place.replaceChildren(element(html));
  }
}

let timer;
function alive() {
  fresh.textContent = "";
  document.body.classList.remove("stale-page");
  clearTimeout(timer);
  timer = setTimeout(old, QUIET);
}

function old() {
  fresh.textContent = "页面取不到新数据，下面是先前的情况。";
  document.body.classList.add("stale-page");
}

const stream = new EventSource(`${board.dataset.stream}&seen=${board.dataset.seen}`);
stream.addEventListener("board", (event) => { take(JSON.parse(event.data)); alive(); });
stream.addEventListener("asof", (event) => { asof.textContent = JSON.parse(event.data); alive(); });
stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) old(); });
timer = setTimeout(old, QUIET);

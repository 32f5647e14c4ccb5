// Told at once that there is something new. The browser tries again by itself when a stream breaks, but gives up at a 503 and takes one
// that is open and dead for a quiet one: so each beat that is answered looks after it.
const QUIET_MS = 4000; // the server says a word each second

let stream = null;
let heardAt = 0;
let evicted = false; // a newer page has taken over
let tell = null;

function open() {
  stream?.close();
  stream = new EventSource("/events");
  heardAt = performance.now();
  const heard = () => (heardAt = performance.now());
  stream.addEventListener("still", heard);
  stream.addEventListener("screen", ({ data }) => {
    heard();
    tell(data);
  });
  stream.addEventListener("evicted", () => {
    evicted = true;
    stream.close();
  });
}

export function listen(hear) {
  tell = hear;
  open();
}

export function lookAfterStream() {
  const dead = stream.readyState === EventSource.CLOSED || performance.now() - heardAt > QUIET_MS;
  if (dead && !evicted) open();
}

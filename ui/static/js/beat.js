// Proof of life both ways, each two seconds: htmx never retries a first connection, and backs off from a lost one.
const EVERY_MS = 2000;
const GIVE_UP_MS = 4000;

export function keepBeating(boot, hear) {
  const cover = () => document.getElementById("cover"); // part of the screen, in its language
  let missed = 0;

  async function beat() {
    try {
      const answer = await fetch("/beat", { method: "POST", cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const now = await answer.json();
      if (now.boot !== boot) return window.location.replace("/");
      missed = 0;
      cover().hidden = true;
      hear(now.serial, now);
    } catch {
      missed += 1;
      cover().hidden = missed < 2; // one beat lost on a busy machine is no outage
    }
    return setTimeout(beat, missed ? EVERY_MS / 4 : EVERY_MS);
  }

  setTimeout(beat, EVERY_MS);
}

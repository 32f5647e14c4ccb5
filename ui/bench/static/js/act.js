// One POST to the hardware's interface; what it refuses is said.
const said = () => document.getElementById("said");

export async function act(path, body = {}) {
  try {
    const answer = await fetch(`/api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    say(answer.ok ? "" : ((await answer.json()).error ?? `HTTP ${answer.status}`));
  } catch {
    say("工作台联系不上虚拟设备");
  }
}

export const switched = ({ dataset, ariaChecked }) => act(`${dataset.fault}/fault`, { fault: dataset.name, on: ariaChecked !== "true" });

export function say(text) {
  said().textContent = text;
}

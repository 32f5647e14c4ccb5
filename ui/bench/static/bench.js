// The bench. Everything it shows is the interface's state, asked for each second; a touch is one POST, answered with the new state.
const EVERY_MS = 1000;
const NAMES = { idcard: "身份证读卡器", camera: "高拍仪", printer: "凭证打印机", rating: "评价器", a4: "A4 打印机", smartcard: "芯片读卡器" };
const LEVELS = { 5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意" };

const at = (id) => document.getElementById(id);
const drawn = new Map(); // part → the JSON it was last drawn from: what has not changed is not touched

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function draw(part, data, build) {
  const said = JSON.stringify(data);
  if (drawn.get(part) === said) return;
  drawn.set(part, said);
  const focused = document.activeElement?.dataset.is;
  at(part).replaceChildren(...build());
  if (focused) at(part).querySelector(`[data-is="${CSS.escape(focused)}"]`)?.focus();
}

async function ask(path, body) {
  const request = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/api/${path}`, { cache: "no-store", ...request });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error ?? `HTTP ${answer.status}`);
  return json;
}

async function act(path, body = {}) {
  try {
    show(await ask(path, body));
    at("said").textContent = "";
  } catch (error) {
    at("said").textContent = error.message;
  }
}

function show({ devices }) {
  const by = Object.fromEntries(devices.map((device) => [device.name, device]));
  for (const name of Object.keys(NAMES)) at(`tool-${name}`).hidden = !by[name];
  if (by.idcard?.people) showThings("people", by.idcard.people, by.idcard.lying, "idcard/lay", "card", "idcard/lift");
  if (by.smartcard) at("no-smartcard").textContent = by.smartcard.unavailable ? `用不了：${by.smartcard.unavailable}` : "";
  if (by.smartcard?.people) showThings("chips", by.smartcard.people, by.smartcard.lying, "smartcard/lay", "card", "smartcard/lift");
  if (by.camera?.pages) showThings("pages", by.camera.pages, by.camera.lying, "camera/lay", "page", "camera/clear");
  for (const name of ["printer", "a4"]) if (by[name]) showPapers(by[name]);
  draw("faults", devices, () => devices.map(switchboard));
}

function showThings(part, things, lying, lay, field, lift) {
  draw(part, [things, lying], () =>
    things.map(({ id, label, purpose }) => {
      const here = id === lying;
      const button = made("button", { type: "button", onclick: () => (here ? act(lift) : act(lay, { [field]: id })) }, label);
      if (purpose) button.append(made("small", {}, purpose));
      button.setAttribute("aria-pressed", String(here));
      button.dataset.is = id;
      return button;
    }),
  );
}

async function showPapers({ name, papers, paper_left_mm: left }) {
  if (left !== undefined) at("roll").textContent = `纸卷还剩 ${(left / 1000).toFixed(1)} 米`;
  if (drawn.get(`${name}-count`) === papers && !papers) return;
  drawn.set(`${name}-count`, papers);
  const listed = papers ? await ask(`${name}/papers`) : [];
  draw(`${name}-papers`, listed, () => listed.toReversed().map((paper) => piece(name, paper)));
}

function piece(printer, { n, cut, height_mm: height }) {
  const picture = made("img", { src: `/api/${printer}/papers/${n}.png?h=${height}`, alt: `第 ${n} 张纸` });
  const told = printer === "a4" ? `第 ${n} 张` : `第 ${n} 张，${height} 毫米，${cut ? "已切断" : "还连着"}`;
  return made("figure", { className: "piece" }, picture, made("figcaption", {}, told));
}

const unfolded = new Set();

function switchboard({ name, address, active, faults }) {
  const count = active.length ? `${active.length} 个故障` : "";
  const heading = made("summary", {}, NAMES[name] ?? name, made("small", {}, count));
  const switches = Object.entries(faults).map(([fault, help]) => {
    const box = made("input", { type: "checkbox", checked: active.includes(fault) });
    box.dataset.is = `${name}.${fault}`;
    box.onchange = () => act(`${name}/fault`, { fault, on: box.checked });
    return made("label", { className: "switch" }, box, made("span", {}, help, made("code", {}, fault)));
  });
  const board = made("details", { open: unfolded.has(name) }, heading, made("p", { className: "faults__address" }, address), ...switches);
  board.ontoggle = () => unfolded[board.open ? "add" : "delete"](name);
  return board;
}

async function watch() {
  try {
    show(await ask("state"));
    if (at("said").dataset.lost) {
      at("said").textContent = "";
      delete at("said").dataset.lost;
    }
  } catch {
    at("said").dataset.lost = "yes";
    at("said").textContent = "工作台联系不上虚拟设备，正在重试";
  }
  setTimeout(watch, EVERY_MS);
}

async function account() {
  const known = await fetch("/bench/account", { cache: "no-store" }).then((answer) => answer.json(), () => ({}));
  for (const [name, text] of Object.entries(known)) at(`account-${name}`).textContent = text;
  setTimeout(account, 2000);
}

async function phone() {
  const told = await fetch("/bench/phone", { cache: "no-store" }).then((answer) => answer.json(), () => []);
  at("phone").replaceChildren(...told.map(({ to, text }) => {
    const line = document.createElement("li");
    const number = document.createElement("b");
    number.textContent = to;
    line.append(number, text);
    return line;
  }));
  setTimeout(phone, 2000);
}

async function clerks() {
  const known = await fetch("/bench/clerks", { cache: "no-store" }).then((answer) => answer.json(), () => []);
  at("clerks-password").textContent = known[0]?.password ?? "";
  at("clerks").replaceChildren(...known.map(({ place, login, name, duties, code }) => {
    const line = document.createElement("li");
    const who = document.createElement("b");
    who.textContent = `${login} 验证码 ${code}`;
    line.append(who, `${name}，${duties}（${place}）`);
    return line;
  }));
  setTimeout(clerks, 2000);
}

if (at("tool-account")) account();
if (at("tool-clerks")) clerks();
if (at("tool-phone")) phone();
at("keys").append(
  ...Object.entries(LEVELS)
    .toReversed()
    .map(([level, name]) => made("button", { type: "button", onclick: () => act("rating/press", { level: Number(level) }) }, name)),
);
const PUSHES = {
  "← 往左": { right: -15 },
  "→ 往右": { right: 15 },
  "↑ 往前": { down: -15 },
  "↓ 往后": { down: 15 },
  "↺ 转": { turn: -10 },
  "↻ 转": { turn: 10 },
  "翘起一边": { tilt: 0.5 },
  "压平": { tilt: -1 },
};
at("pushes").append(
  ...Object.entries(PUSHES).map(([name, by]) =>
    made("button", { type: "button", onclick: () => act("camera/push", { right: 0, down: 0, turn: 0, tilt: 0, ...by }) }, name),
  ),
);
at("clear").onclick = () => act("clear");
for (const name of ["printer", "a4"]) at(`${name}-tear`).onclick = () => act(`${name}/tear`);
watch();

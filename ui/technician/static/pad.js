// Keys for a PIN or a code. What is typed lies in one array of bytes, goes out as the body of one request, and is wiped.
const KEYS = { pin: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], code: [..."0123456789ABCDEFGHJKMNPQRSTVWXYZ"] };
const FEWEST = { pin: 6, code: 20 };

export function attachPad(touched) {
  const pad = document.querySelector("[data-pad]:not([data-attached])");
  if (!pad) return;
  pad.dataset.attached = "yes";
  const kind = pad.dataset.pad;
  const typed = new Uint8Array(Number(pad.dataset.most));
  let count = 0;
  const seen = made("p", "pad__seen");
  seen.setAttribute("role", "status");
  const keys = made("div", "pad__keys");
  const send = button(kind === "pin" ? "确定" : "登录", "button button--first");

  function show() {
    const letters = Array.from(typed.subarray(0, count), (byte) => (kind === "pin" ? "●" : String.fromCharCode(byte)));
    seen.textContent = kind === "pin" ? letters.join(" ") : letters.join("").replace(/(.{4})(?=.)/g, "$1-");
    seen.setAttribute("aria-label", `已输入 ${count} 个`);
    send.disabled = count < FEWEST[kind];
  }
  function add(key) {
    if (count === typed.length) return;
    typed[count] = key.charCodeAt(0);
    count += 1;
    show();
  }
  function erase() {
    if (count > 0) count -= 1;
    typed[count] = 0;
    show();
  }
  function wipe() {
    typed.fill(0);
    count = 0;
    show();
  }
  async function give() {
    if (send.disabled) return;
    touched();
    const body = typed.slice(0, count);
    wipe();
    try {
      await fetch(`/staff/${kind}`, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });
    } finally {
      body.fill(0);
    }
  }

  for (const key of KEYS[kind]) keys.append(onclick(button(key, "pad__key"), () => add(key)));
  keys.append(onclick(button("删除", "pad__key pad__key--word"), erase));
  if (kind === "pin") keys.append(onclick(button("0", "pad__key"), () => add("0")));
  keys.append(onclick(button("清除", "pad__key pad__key--word"), wipe));
  onclick(send, give);
  pad.replaceChildren(seen, keys, send);
  // A keyboard that is plugged in serves as well.
  document.onkeydown = (event) => {
    const key = event.key.toUpperCase();
    if (key.length === 1 && /[0-9A-Z]/.test(key) && (kind === "code" || /\d/.test(key))) add(key);
    else if (event.key === "Backspace") erase();
    else if (event.key === "Enter" && document.activeElement === document.body) give();
  };
  show();
}

function onclick(one, what) {
  one.addEventListener("click", what);
  return one;
}

function made(tag, name) {
  return Object.assign(document.createElement(tag), { className: name });
}

function button(text, name) {
  return Object.assign(made("button", name), { type: "button", textContent: text });
}

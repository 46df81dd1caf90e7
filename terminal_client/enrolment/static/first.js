// The first start: two fields, a keypad, and the way to the household's screen once the device is a terminal.

const byId = (id) => document.getElementById(id);
const form = byId("form");
const fields = { address: byId("address"), code: byId("code") };
const message = byId("message");
const progress = byId("progress");
const go = byId("go");

const LOOK_EVERY = 700;
const SHOW_DONE = 3000;
const SLOW_AFTER = 60_000;

let active = fields.address.value ? fields.code : fields.address;
let busy = false;
let waitTimer = null;
let connectedAt = 0;

const digitsOf = (text) => text.normalize("NFKC").replace(/[\s‐-―ー−-]/g, "");

function draw() {
  for (const field of Object.values(fields)) field.toggleAttribute("data-active", field === active);
  for (const key of byId("keypad").querySelectorAll("[data-key]")) {
    key.disabled = busy || (active === fields.code && !/\d/.test(key.dataset.key));
  }
  byId("erase").disabled = busy;
  go.disabled = busy || waitTimer !== null;
  progress.hidden = !busy;
  for (const field of Object.values(fields)) field.readOnly = busy;
}

function activate(field) {
  active = field;
  field.focus();
  draw();
}

// A code is shown as it stands on the card: 1234-5678.
function tidy() {
  const digits = digitsOf(fields.code.value);
  if (!/^\d*$/.test(digits)) return;
  fields.code.value = digits.length > 4 ? `${digits.slice(0, 4)}-${digits.slice(4, 8)}` : digits;
}

function complain(text) {
  message.textContent = text;
  message.hidden = !text;
}

function press(key) {
  if (active === fields.code) {
    if (digitsOf(active.value).length >= 8) return;
    active.value += key;
    tidy();
  } else {
    active.value += key;
  }
}

function erase() {
  active.value = active.value.slice(0, -1).replace(/-$/, "");
}

function holdUp(seconds) {
  const until = performance.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left > 0) {
      complain(`番号のまちがいが続きました。あと${left}秒お待ちください。`);
      waitTimer = setTimeout(tick, 1000);
    } else {
      waitTimer = null;
      complain("もう一度、番号を入れてください。");
      draw();
    }
  };
  tick();
}

async function ask() {
  const response = await fetch("/enrol", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ address: fields.address.value, code: fields.code.value }),
  });
  return response.json();
}

async function submit() {
  if (busy || waitTimer !== null) return;
  if (!fields.address.value.trim()) return activate(fields.address);
  if (active === fields.address && !fields.code.value) return activate(fields.code);
  if (digitsOf(fields.code.value).length !== 8) {
    complain("登録コードは、数字8けたです。カードを見て、もう一度入れてください。");
    return activate(fields.code);
  }
  busy = true;
  complain("");
  draw();
  let answer;
  try {
    answer = await ask();
  } catch {
    // The answer was lost; whether the device is a terminal now, the watch below finds out.
    answer = { message: "とちゅうで切れました。もう一度「すすむ」を押してください。" };
  }
  busy = false;
  if (answer.town) {
    celebrate(answer.town);
  } else {
    complain(answer.message ?? "登録できませんでした。もう一度ためしてください。");
    if (answer.wait_seconds) holdUp(answer.wait_seconds);
    if (["wrong", "used", "expired", "superseded", "code"].includes(answer.trouble)) {
      fields.code.value = "";
      active = fields.code;
    } else if (["address", "unreachable", "stranger", "misnamed", "plain"].includes(answer.trouble)) {
      active = fields.address;
    }
    activate(active);
  }
}

function celebrate(town) {
  connectedAt = performance.now();
  byId("town").textContent = town;
  byId("done").hidden = false;
  form.inert = byId("keypad").inert = true;
  setTimeout(() => (byId("slow").hidden = false), SLOW_AFTER);
}

// The terminal takes the place of this page at the same address, whoever has enrolled it.
async function watch() {
  try {
    const health = await (await fetch("/healthz?page=true")).json();
    if (health.terminal && performance.now() - connectedAt > SHOW_DONE) location.reload();
  } catch {
    // It is starting.
  }
  setTimeout(watch, LOOK_EVERY);
}

for (const button of byId("keypad").querySelectorAll("[data-key]")) {
  button.addEventListener("click", () => press(button.dataset.key));
}
byId("erase").addEventListener("click", erase);
for (const field of Object.values(fields)) {
  field.addEventListener("focus", () => {
    active = field;
    draw();
  });
}
fields.code.addEventListener("change", tidy);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
for (const button of byId("keypad").querySelectorAll("button")) {
  // A finger on the keypad leaves the field where it is.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
}

activate(active);
watch();

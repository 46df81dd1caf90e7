// What the household sets for itself. Each change is committed at once; `Changes` keeps what this visit can undo.

import { Choice, Stepper, Switch, switchRow } from "./controls.js";
import { byId, element, onEscape, setText } from "./dom.js";
import { Pager } from "./pager.js";

const LOUDEST = 100;
const QUIETEST = 10;
const VOLUME_STEP = 10;

// Morae per second, as the voice takes them.
const PACES = [[4.8, "ゆっくり"], [5, "ふつう"], [5.5, "少し速い"], [6, "速い"], [6.5, "とても速い"]];

const TEXT_SIZES = [["normal", "ふつう"], ["large", "大きい"], ["largest", "とても大きい"]];

const HALF_HOUR = 30;
const DAY = 24 * 60;
const USUAL_QUIET_HOURS = { start: "21:00:00", end: "06:00:00" };

const CHANGED = "かえました";
const UNDONE = "元にもどしました";
const NOTHING_TO_UNDO = "もどすものはありません";
const FAILED = "かえられませんでした。もう一度押してください。";
const SPEAKS = "放送します";
const NOT_HEARD = "もう一度押してください";
const NO_KINDS = "えらべるお知らせは、まだありません。";
const MESSAGE_STAYS = 6000;

export class SettingsPage {
  constructor(onBack) {
    this.page = byId("settings");
    this.tabs = [...this.page.querySelectorAll("[data-tab]")];
    this.kindsPager = new Pager(byId("kinds"), byId("kinds-pager"));
    this.standing = null;
    this.wanted = {};
    this.undoable = [];
    this.underWay = 0;
    this.turn = Promise.resolve();
    this.kinds = [];
    this.controls = [...this.steppers(), ...this.choices(), ...this.switches()];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.turnTo(tab.dataset.tab));
    byId("settings-back").addEventListener("click", onBack);
    byId("settings-undo").addEventListener("click", () => this.undo());
    byId("settings-sample").addEventListener("click", () => this.sample());
    onEscape(this.page, onBack);
    this.turnTo("voice");
  }

  steppers() {
    const stepper = (field, options) => new Stepper(this.page.querySelector(`[data-stepper="${field}"]`), options);
    const hours = (end) => ({
      read: ({ quiet_hours: hours }) => hours?.[end] ?? null,
      step: (value, direction) => this.halfHour(value, direction),
      words: timeWords,
      onChange: (value) => this.change({ quiet_hours: { ...this.chosen.quiet_hours, [end]: value } }),
    });
    return [
      stepper("volume", {
        read: ({ volume }) => volume,
        step: (value, direction) => between(QUIETEST, nextMultiple(value, direction, VOLUME_STEP), LOUDEST),
        words: String,
        onChange: (volume) => this.change({ volume }),
      }),
      stepper("pace", {
        read: ({ pace }) => pace,
        step: nextPace,
        words: (pace) => nearestPace(pace)[1],
        onChange: (pace) => this.change({ pace }),
      }),
      stepper("start", hours("start")),
      stepper("end", hours("end")),
    ];
  }

  choices() {
    const choice = (field, value) =>
      new Choice(this.page.querySelector(`[data-choice="${field}"]`), {
        read: (chosen) => chosen[field] ?? "",
        onChange: (picked) => this.change({ [field]: value(picked) }),
      });
    const sizes = choice("text_size", (picked) => picked);
    sizes.offer(TEXT_SIZES.map(([size, word]) => [size, element("span", `letter ${size}`, "あ"), element("span", "", word)]));
    this.languages = choice("language", (picked) => picked || null);
    return [sizes, this.languages];
  }

  switches() {
    const button = (name) => this.page.querySelector(`[data-switch="${name}"]`);
    return [
      new Switch(button("night_screen"), {
        read: (chosen) => chosen.night_screen,
        onChange: (isOn) => this.change({ night_screen: isOn }),
      }),
      new Switch(button("quiet"), {
        read: (chosen) => chosen.quiet_hours !== null,
        onChange: (isOn) => this.change({ quiet_hours: isOn ? USUAL_QUIET_HOURS : null }),
      }),
    ];
  }

  hide() {
    this.page.hidden = true;
  }

  show() {
    if (!this.page.hidden) return;
    this.page.hidden = false;
    this.undoable = [];
    this.say("");
    this.turnTo("voice");
    this.tabs[0].focus();
    this.load();
  }

  turnTo(name) {
    for (const tab of this.tabs) tab.setAttribute("aria-current", String(tab.dataset.tab === name));
    for (const panel of this.page.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    this.kindsPager.refresh();
  }

  // What stands, as the terminal has it: on each change, and when the page is opened.
  know(standing) {
    this.standing = standing;
    this.draw();
  }

  // What stands, and on top of it what is on its way to the terminal.
  get chosen() {
    return { ...this.standing.chosen, ...this.wanted };
  }

  draw() {
    if (!this.standing) return;
    const { chosen } = this;
    this.languages.offer([["", "日本語だけ"], ...this.standing.languages.map(languageOption)]);
    this.offerKinds(this.standing.kinds);
    for (const control of [...this.controls, ...this.kinds]) control.draw(chosen);
    setText(byId("night-hint"), `${nightWords(chosen.quiet_hours ?? USUAL_QUIET_HOURS)}、時計だけを暗く映します。`);
    byId("settings-undo").ariaDisabled = String(this.undoable.length === 0);
    this.kindsPager.refresh();
  }

  offerKinds(kinds) {
    const offered = JSON.stringify(kinds);
    if (this.offeredKinds === offered) return;
    this.offeredKinds = offered;
    this.kinds = kinds.map(({ category, name }) => {
      return new Switch(switchRow(name), {
        read: ({ unspoken }) => !unspoken.includes(category),
        onChange: (isSpoken) => {
          const others = this.chosen.unspoken.filter((other) => other !== category);
          this.change({ unspoken: isSpoken ? others : [...others, category] });
        },
      });
    });
    const rows = this.kinds.map(({ button }) => button);
    byId("kinds").replaceChildren(...(rows.length > 0 ? rows : [element("p", "hint", NO_KINDS)]));
  }

  change(changes) {
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, this.chosen[name]]));
    this.undoable.push(before);
    this.send(changes, CHANGED, () => (this.undoable = this.undoable.filter((other) => other !== before)));
  }

  undo() {
    const before = this.undoable.pop();
    if (before) this.send(before, UNDONE, () => this.undoable.push(before));
    else this.inTurn(() => this.undoable.length > 0 || this.say(NOTHING_TO_UNDO));
  }

  // What could not be committed is shown as it was before.
  send(changes, done, onRefused) {
    this.wanted = { ...this.wanted, ...changes };
    this.underWay += 1;
    this.draw();
    this.inTurn(async () => {
      const standing = await ask("/preferences", "POST", changes);
      this.underWay -= 1;
      if (standing) this.standing = standing;
      else onRefused();
      if (this.underWay === 0) this.wanted = {};
      this.say(standing ? done : FAILED);
      this.draw();
    });
  }

  // Each press is answered after the one before it, so that the message of the last one stands.
  inTurn(answer) {
    this.turn = this.turn.then(answer);
  }

  async load() {
    const standing = await ask("/preferences", "GET");
    if (standing) this.know(standing);
  }

  sample() {
    this.inTurn(async () => this.say((await ask("/sample", "POST", {})) ? SPEAKS : NOT_HEARD));
  }

  say(message) {
    const line = byId("settings-message");
    setText(line, "");
    // Emptied first, so that who hears the page hears the same words again.
    requestAnimationFrame(() => setText(line, message));
    clearTimeout(this.messageTimer);
    this.messageTimer = setTimeout(() => setText(line, ""), MESSAGE_STAYS);
  }

  // Half an hour earlier or later; the quiet hours never end when they start.
  halfHour(value, direction) {
    const { start, end } = this.chosen.quiet_hours;
    let minutes = minutesOf(value);
    do {
      minutes = (nextMultiple(minutes, direction, HALF_HOUR) + DAY) % DAY;
    } while (minutes === minutesOf(value === start ? end : start));
    return timeOf(minutes);
  }
}

// Returns what the terminal answers, {} for an empty answer, null if it does not take it.
async function ask(path, method, body) {
  const options = body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  try {
    const response = await fetch(path, { method, ...options });
    if (!response.ok) return null;
    return response.status === 204 ? {} : await response.json();
  } catch {
    return null;
  }
}

const between = (least, value, most) => Math.min(most, Math.max(least, value));

function nextMultiple(value, direction, step) {
  return direction > 0 ? (Math.floor(value / step) + 1) * step : (Math.ceil(value / step) - 1) * step;
}

function nearestPace(pace) {
  return PACES.reduce((best, other) => (Math.abs(other[0] - pace) < Math.abs(best[0] - pace) ? other : best));
}

function nextPace(pace, direction) {
  const others = PACES.map(([value]) => value).filter((value) => (value - pace) * direction > 0);
  return others.at(direction > 0 ? 0 : -1) ?? pace;
}

function languageOption({ code, own, japanese }) {
  const name = element("span", "", own);
  name.lang = code;
  return [code, element("span", "two-lines", name, element("small", "", japanese))];
}

const minutesOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

const twoDigits = (number) => String(number).padStart(2, "0");

const timeOf = (minutes) => `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:00`;

function timeWords(time) {
  const minutes = time.slice(3, 5);
  return `${Number(time.slice(0, 2))}時${minutes === "00" ? "" : `${minutes}分`}`;
}

const nightWords = ({ start, end }) => `${timeWords(start)}から${timeWords(end)}まで`;

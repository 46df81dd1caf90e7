// The controls of the settings page: large, and each shows in words or figures what stands.

import { element, setText } from "./dom.js";

// A value between − and ＋. `step(value, direction)` is what comes next, the value itself at the end of the way.
export class Stepper {
  constructor(box, { read, step, words, onChange }) {
    this.box = box;
    this.read = read;
    this.step = step;
    this.words = words;
    this.output = box.querySelector("output");
    this.buttons = [[box.querySelector(".less"), -1], [box.querySelector(".more"), 1]];
    for (const [button, direction] of this.buttons) {
      button.addEventListener("click", () => {
        const next = step(this.value, direction);
        if (next !== this.value) onChange(next);
      });
    }
  }

  draw(chosen) {
    this.value = this.read(chosen);
    this.box.hidden = this.value === null;
    if (this.box.hidden) return;
    setText(this.output, this.words(this.value));
    for (const [button, direction] of this.buttons) {
      // A disabled button would lose the focus of whoever uses the keyboard.
      button.ariaDisabled = String(this.step(this.value, direction) === this.value);
    }
  }
}

export class Switch {
  constructor(button, { read, onChange }) {
    this.button = button;
    this.read = read;
    button.addEventListener("click", () => onChange(!this.isOn));
  }

  draw(chosen) {
    this.isOn = this.read(chosen);
    this.button.ariaChecked = String(this.isOn);
    setText(this.button.querySelector(".switch-state"), this.isOn ? "入" : "切");
  }
}

export function switchRow(name) {
  const state = element("span", "switch-state");
  state.ariaHidden = "true";
  const button = element("button", "switch-row", element("span", "", name), state);
  button.type = "button";
  button.setAttribute("role", "switch");
  return button;
}

// One of few; `options` are pairs of a value and its words.
export class Choice {
  constructor(box, { read, onChange }) {
    this.box = box;
    this.read = read;
    this.onChange = onChange;
    this.radios = new Map();
  }

  offer(options) {
    if (options.map(([value]) => value).join() === [...this.radios.keys()].join()) return;
    this.radios = new Map(options.map(([value, ...words]) => [value, this.radio(value, words)]));
    this.box.replaceChildren(...[...this.radios.values()].map((radio) => radio.parentElement));
  }

  radio(value, words) {
    const radio = element("input", "");
    radio.type = "radio";
    radio.name = this.box.dataset.choice;
    radio.value = value;
    radio.addEventListener("change", () => this.onChange(value));
    element("label", "choice", radio, ...words);
    return radio;
  }

  draw(chosen) {
    const value = this.read(chosen);
    for (const [own, radio] of this.radios) radio.checked = own === value;
  }
}

// How the whole screen looks: how large its letters are, and that it is dark at night.

import { byId, setText } from "./dom.js";
import { parts } from "./times.js";

const USUAL_NIGHT = { start: "21:00:00", end: "06:00:00" };
const MINUTE = 60_000;

// Whoever has touched the screen, or has just had an alert on it, sees it bright for this time.
const AWAKE = 60_000;

export class Appearance {
  constructor() {
    this.night = byId("night");
    this.chosen = null;
    this.view = null;
    this.isAtRest = false;
    this.awakeUntil = 0;
    // Not when the finger comes down: its click would reach what lies under the darkness.
    for (const kind of ["click", "contextmenu"]) this.night.addEventListener(kind, () => this.wake());
    document.addEventListener("pointerdown", () => {
      if (this.night.hidden) this.wake();
    });
    document.addEventListener("keydown", (event) => {
      if (!this.night.hidden) event.preventDefault();
      this.wake();
    });
    this.tick();
  }

  // What the household has chosen.
  know({ chosen }) {
    this.chosen = chosen;
    document.body.dataset.textSize = chosen.text_size;
    this.draw();
  }

  // What is on the screen; only the clock at rest becomes dark.
  show(view, isAtRest) {
    this.view = view;
    this.isAtRest = isAtRest && !view.current;
    if (view.current) this.wake();
    else this.draw();
  }

  wake() {
    this.awakeUntil = performance.now() + AWAKE;
    clearTimeout(this.sleepTimer);
    this.sleepTimer = setTimeout(() => this.draw(), AWAKE);
    this.draw();
  }

  get isDark() {
    if (!this.chosen?.night_screen || !this.isAtRest || performance.now() < this.awakeUntil) return false;
    return isWithin(this.chosen.quiet_hours ?? USUAL_NIGHT, new Date());
  }

  draw() {
    const { isDark } = this;
    document.body.toggleAttribute("data-night", isDark);
    this.night.hidden = !isDark;
    byId("rest").inert = isDark;
    byId("night-lamp").hidden = (this.view?.lamp ?? "off") === "off";
    byId("night-lamp").dataset.lamp = this.view?.lamp ?? "off";
  }

  tick() {
    const { hour, minute } = parts(new Date());
    setText(byId("night-hour"), hour.padStart(2, "0"));
    setText(byId("night-minute"), minute.padStart(2, "0"));
    this.draw();
    setTimeout(() => this.tick(), MINUTE - (Date.now() % MINUTE));
  }
}

function isWithin({ start, end }, moment) {
  const { hour, minute } = parts(moment);
  const now = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}:00`;
  return start <= end ? start <= now && now < end : now >= start || now < end;
}

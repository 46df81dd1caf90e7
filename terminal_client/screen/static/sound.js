// The terminal's sounds, played by the page too, one after the other, if somebody wants that.

import { byId, setText } from "./dom.js";

const REMEMBERED = "kokuchi.sound";
const LABEL = "この画面で音を鳴らす";
const LABEL_LOCKED = "画面を1回押すと音が出ます";

export class SoundQueue {
  constructor() {
    this.button = byId("sound");
    this.context = new AudioContext();
    this.isOn = localStorage.getItem(REMEMBERED) === "on";
    this.silence();
    this.button.addEventListener("click", () => this.toggle());
    this.context.addEventListener("statechange", () => this.draw());
    // A browser lets a page sound only after somebody has touched it; after a restart any touch will do.
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => this.unlock());
    this.unlock();
    this.draw();
  }

  toggle() {
    this.isOn = !this.isOn;
    localStorage.setItem(REMEMBERED, this.isOn ? "on" : "off");
    if (this.isOn) this.unlock();
    else this.silence();
    this.draw();
  }

  unlock() {
    if (this.isOn && this.context.state === "suspended") this.context.resume();
  }

  draw() {
    const isLocked = this.isOn && this.context.state === "suspended";
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.dataset.state = this.context.state;
    setText(byId("sound-words"), isLocked ? LABEL_LOCKED : LABEL);
  }

  // Each sound is fetched at once, and starts exactly where the one before it ends.
  add(number) {
    if (!this.isOn || this.context.state !== "running") return;
    const { aborter } = this;
    const fetched = this.fetch(number, aborter.signal);
    this.count(1);
    this.last = this.last.then(async () => {
      const buffer = await fetched;
      if (aborter.signal.aborted) return;
      if (buffer) this.schedule(buffer);
      else this.count(-1);
    });
  }

  async fetch(number, signal) {
    try {
      const response = await fetch(`/sounds/${number}.wav`, { signal });
      return response.ok ? await this.context.decodeAudioData(await response.arrayBuffer()) : null;
    } catch {
      return null;
    }
  }

  schedule(buffer) {
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.context.destination);
    const start = Math.max(this.end, this.context.currentTime);
    this.end = start + buffer.duration;
    this.playing.add(source);
    source.addEventListener("ended", () => {
      if (this.playing.delete(source)) this.count(-1);
    });
    source.start(start);
  }

  silence() {
    this.aborter?.abort();
    for (const source of this.playing ?? []) source.stop();
    this.aborter = new AbortController();
    this.playing = new Set();
    this.last = Promise.resolve();
    this.end = 0;
    this.waiting = 0;
    this.count(0);
  }

  count(change) {
    this.waiting += change;
    this.button.dataset.waiting = String(this.waiting);
  }
}

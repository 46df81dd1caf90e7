"use strict";

// How many households wait for a call, in the title; and a soft chime for a new one, for those who want it.
(() => {
  const RINGS = "kokuchi-bell"; // "on" if this browser is to ring
  const RUNG = "kokuchi-bell-rung"; // the newest wish for which it has rung, so that of several tabs one does
  const place = document.getElementById("calls");
  const title = document.title.replace(/^\(\d+\) /, "");
  const bell = document.getElementById("bell");
  const words = document.getElementById("bell-words");
  let audio = null;

  const isOn = () => localStorage.getItem(RINGS) === "on";
  const newest = () => Number(place.querySelector("[data-newest]")?.dataset.newest ?? 0);

  // A browser lets a page sound only after somebody has touched it.
  const wake = async () => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
    return audio.state === "running";
  };

  const isNew = () => newest() > Number(localStorage.getItem(RUNG) ?? 0);

  // Of several pages of this browser one rings; where there are no locks (plain http) two may, in the same moment.
  const claim = () => {
    const take = () => isNew() && (localStorage.setItem(RUNG, newest()), true);
    return navigator.locks ? navigator.locks.request(RUNG, take) : take();
  };

  const ring = () => {
    [659.3, 523.3].forEach((frequency, index) => {
      const start = audio.currentTime + 0.05 + index * 0.35;
      const [tone, loudness] = [new OscillatorNode(audio, { frequency }), new GainNode(audio, { gain: 0 })];
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.25, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 1);
    });
  };

  const say = (text) => {
    if (words) words.textContent = text;
  };

  const show = () => {
    if (!bell) return;
    bell.hidden = false;
    document.getElementById("bell-switch").setAttribute("aria-checked", String(isOn()));
    document.getElementById("bell-state").textContent = isOn() ? "入" : "切";
  };

  const look = async () => {
    const count = place.querySelector("[data-count]")?.dataset.count;
    document.title = count ? `(${count}) ${title}` : title;
    place.parentElement.hidden = !count;
    if (!isOn() || !isNew()) return;
    if (!(await wake())) say("新しい相談が来ましたが、音を鳴らせませんでした。画面のどこかを1回押すと、鳴るようになります。");
    else if (await claim()) ring();
  };

  document.getElementById("bell-switch")?.addEventListener("click", async () => {
    const on = !isOn();
    localStorage.setItem(RINGS, on ? "on" : "off");
    localStorage.setItem(RUNG, newest());
    show();
    if (on && (await wake())) ring();
    if (on) say(audio.state === "running" ? "この音で知らせます。このパソコンで、告知放送の画面を開いているあいだ鳴ります。" : "このパソコンでは音を鳴らせません。");
    else say("音では知らせません。");
  });
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, () => isOn() && wake(), { once: true });
  }
  window.addEventListener("storage", show);
  document.addEventListener("live", look);
  show();
  look();
})();

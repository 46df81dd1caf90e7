"use strict";

// Shows beside the form what it will be: the screen with its furigana, the kana, the length, and advice.
(() => {
  const form = document.getElementById("alert-form");
  const advice = document.getElementById("advice");
  const length = document.getElementById("length");
  const PAUSE = 400;
  const screens = ["headline", "body"].map((name) => ({
    name,
    field: document.getElementById(name),
    place: document.getElementById(`screen-${name}`),
    text: [],
    spans: [],
  }));
  let timer = null;
  let asked = null;

  const setText = (id, text) => {
    const element = document.getElementById(id);
    if (element.textContent !== text) element.textContent = text;
  };

  const ruby = (text, kana) => {
    const [element, above] = [document.createElement("ruby"), document.createElement("rt")];
    above.textContent = kana;
    element.append(text, above);
    return element;
  };

  const draw = (screen, text, spans) => {
    const parts = [];
    let place = 0;
    for (const [start, end, kana] of spans) {
      parts.push(text.slice(place, start).join(""), ruby(text.slice(start, end).join(""), kana));
      place = end;
    }
    parts.push(text.slice(place).join(""));
    screen.place.replaceChildren(...parts);
    Object.assign(screen, { text, spans });
  };

  // What was not changed keeps its kana until the new ones are there.
  const kept = ({ text: before, spans }, text) => {
    const shorter = Math.min(before.length, text.length);
    let head = 0;
    while (head < shorter && before[head] === text[head]) head += 1;
    let tail = 0;
    while (tail < shorter - head && before.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
    const shift = text.length - before.length;
    return spans.flatMap(([start, end, kana]) => {
      if (end <= head) return [[start, end, kana]];
      return start >= before.length - tail ? [[start + shift, end + shift, kana]] : [];
    });
  };

  const written = (screen) => [...screen.field.value.trim()];

  const showText = () => {
    for (const screen of screens) draw(screen, written(screen), kept(screen, written(screen)));
    setText("length-characters", String(screens.reduce((sum, screen) => sum + screen.text.length, 0)));
    length.hidden = screens.every((screen) => screen.text.length === 0);
  };

  const showAdvice = (sentences) => {
    const shown = [...advice.querySelectorAll("li")].map((item) => item.textContent);
    if (shown.join("\n") === sentences.join("\n")) return;
    if (!sentences.length) {
      advice.replaceChildren();
      return;
    }
    const [title, list] = [document.createElement("p"), document.createElement("ul")];
    title.className = "advice-title";
    title.textContent = "もっと伝わるようにするには";
    for (const sentence of sentences) {
      const item = document.createElement("li");
      item.textContent = sentence;
      list.append(item);
    }
    advice.replaceChildren(title, list);
  };

  const showAnswer = (answer, texts) => {
    screens.forEach((screen, index) => {
      if (screen.text.join("") === texts[index].join("")) draw(screen, screen.text, answer.furigana[screen.name]);
      setText(`sound-reading-${screen.name}`, answer[screen.name]);
    });
    const reading = document.getElementById("sound-reading");
    if (reading.hidden && (answer.headline || answer.body)) [reading.hidden, reading.open] = [false, true];
    setText("length-seconds", answer.seconds ? `放送 約${answer.seconds}秒` : "");
    length.classList.toggle("length-long", (answer.seconds || 0) > Number(length.dataset.advised));
    showAdvice(answer.advice);
  };

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const texts = screens.map(written);
    try {
      const body = new URLSearchParams(new FormData(form));
      const response = await fetch("/alerts/preview", { method: "POST", body, signal: asked.signal });
      if (response.ok && !response.redirected) showAnswer(await response.json(), texts);
    } catch (error) {
      // Without an answer the page keeps what it shows; drafts.js says when the centre cannot be reached.
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  };

  const change = () => {
    showText();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  form.addEventListener("input", change);
  form.addEventListener("change", change);
  showText();
  if (screens.some((screen) => screen.text.length)) ask();
})();

// Joins the terminal's events to what is on the screen.

import { keyOf } from "./acts.js";
import { AlertPage } from "./alert.js";
import { byId, setText } from "./dom.js";
import { RestPage } from "./rest.js";
import { SoundQueue } from "./sound.js";
import { watch } from "./stream.js";

const LEAVE_PAST_AFTER = 120_000;

let view = null;
let opened = null;
let openedTimer = null;
let announced = null;

const alertPage = new AlertPage(() => open(null));
const restPage = new RestPage((card) => open(card.alert));
const sounds = new SoundQueue();

function open(identifier) {
  opened = identifier;
  clearTimeout(openedTimer);
  if (identifier) openedTimer = setTimeout(() => open(null), LEAVE_PAST_AFTER);
  draw();
}

function draw() {
  if (view.current) opened = null;
  const past = view.recent.find((card) => card.alert === opened);
  const card = view.current ?? past;
  if (card) {
    restPage.hide();
    alertPage.show(card, { waiting: view.waiting, isPast: !view.current });
  } else {
    alertPage.hide();
    restPage.show(view);
  }
  announce(view.current);
}

function announce(card) {
  const key = card && keyOf(card);
  if (key === announced) return;
  announced = key;
  setText(byId("announcement"), card ? `${card.drill ? "訓練。" : ""}${card.event}。${card.headline}` : "");
}

const preparing = byId("preparing");

watch(
  {
    view: (data) => {
      view = data;
      document.body.toggleAttribute("data-drawn", true);
      preparing.hidden = true;
      draw();
    },
    sound: (number) => sounds.add(number),
    silence: () => sounds.silence(),
  },
  {
    onLost: () => {
      preparing.hidden = false;
      sounds.silence();
    },
    onFound: () => {
      preparing.hidden = view !== null;
    },
  },
);

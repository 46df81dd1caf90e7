// Joins the terminal's events to what is on the screen.

import { changeVolume, keyOf } from "./acts.js";
import { AlertPage } from "./alert.js";
import { ping, tellThatItDraws } from "./alive.js";
import { Appearance } from "./appearance.js";
import { Consultation } from "./consultation.js";
import { byId, setText } from "./dom.js";
import { PastPage } from "./past.js";
import { RestPage } from "./rest.js";
import { isOutdated } from "./second.js";
import { SettingsPage } from "./settings.js";
import { SoundQueue } from "./sound.js";
import { watch } from "./stream.js";

// Whoever has opened something and gone away leaves the screen to the next alert and to the clock.
const RETURN_AFTER = 120_000;

let view = null;
let preferences = null;
let announced = null;
let returnTimer = null;

// Where the household is while no alert fills the screen: "rest", "past", "settings", or "opened" with a past alert.
let place = { name: "rest" };

const consultation = new Consultation();
const alertPage = new AlertPage({
  onBack: () => goTo(place.from ?? { name: "rest" }),
  onConsult: (card) => consultation.ask(card),
});
const restPage = new RestPage({
  onOpen: (card) => goTo({ name: "opened", card }),
  onPast: () => goTo({ name: "past" }),
  onSettings: () => goTo({ name: "settings" }),
  onConsult: () => consultation.ask(null),
});
const pastPage = new PastPage((card) => goTo({ name: "opened", card, from: place }), () => goTo({ name: "rest" }));
const settingsPage = new SettingsPage(() => goTo({ name: "rest" }));
const appearance = new Appearance();
const sounds = new SoundQueue();
const pages = { rest: restPage, past: pastPage, settings: settingsPage };

function goTo(next) {
  const { name } = place;
  place = next;
  stay();
  draw();
  // Whoever uses the keyboard comes back to the button that opened what is left now.
  if (place.name === "rest") byId(`open-${name}`)?.focus({ preventScroll: true });
}

// Every touch and key begins the wait anew.
function stay() {
  clearTimeout(returnTimer);
  if (place.name !== "rest") returnTimer = setTimeout(() => goTo({ name: "rest" }), RETURN_AFTER);
}

function draw() {
  // Who hears a past alert again comes back to where it was opened; any other one takes the screen.
  if (view.current && !(place.card && keyOf(view.current) === keyOf(place.card))) place = { name: "rest" };
  // Another second language is taken up by loading the page anew, but not under the fingers of whoever chooses it.
  if (preferences && place.name !== "settings" && isOutdated(preferences.chosen)) location.reload();
  appearance.show(view, place.name === "rest");
  // A past alert may have been confirmed or withdrawn since it was opened.
  const known = [...view.recent, ...pastPage.cards];
  const opened = place.card && (known.find((card) => card.alert === place.card.alert) ?? place.card);
  const card = view.current ?? opened;
  for (const [name, page] of Object.entries(pages)) {
    if (card || name !== place.name) page.hide();
  }
  if (card) {
    alertPage.show(card, { waiting: view.waiting, isPast: !view.current, troubles: view.troubles });
  } else {
    alertPage.hide();
    pages[place.name].show(view);
  }
  consultation.alertShown(view.current);
  announce(view.current);
}

function announce(card) {
  const key = card && keyOf(card);
  if (key === announced) return;
  announced = key;
  setText(byId("announcement"), card ? `${card.drill ? "訓練。" : ""}${card.event}。${card.headline}` : "");
}

const preparing = byId("preparing");

for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, stay);

// A button that is held is pressed once: what comes next under it is not confirmed unseen. First of all who hear keys.
window.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault(), true);

// A keyboard, or USB buttons that are one: volume on every page, but where it would be typed into a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "+") changeVolume(10);
  if (event.key === "-") changeVolume(-10);
});

tellThatItDraws();

watch(
  {
    view: (data) => {
      view = data;
      document.body.toggleAttribute("data-drawn", true);
      preparing.hidden = true;
      draw();
      if (place.from?.name === "past") pastPage.load().then(draw);
    },
    preferences: (data) => {
      preferences = data;
      settingsPage.know(data);
      appearance.know(data);
      if (view) draw();
    },
    request: (data) => consultation.know(data),
    sound: (number) => sounds.add(number),
    silence: () => sounds.silence(),
    reload: () => location.reload(),
  },
  {
    onLost: () => {
      preparing.hidden = false;
      sounds.silence();
    },
    onFound: () => {
      preparing.hidden = view !== null;
      ping();
    },
  },
);

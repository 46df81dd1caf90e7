// The screen at rest: the time, what is wrong if anything is, and the recent alerts.

import { drawCards } from "./cards.js";
import { byId, element, setText } from "./dom.js";
import { Pager } from "./pager.js";
import { dateOf, parts } from "./times.js";

const TROUBLES = {
  no_connection: "役場との通信が切れています。つながりしだいお知らせします。",
  no_sound: "音が出ません。役場にお知らせください。",
  no_storage: "端末の調子が悪いようです。役場にお知らせください。",
  no_clock: "時刻を確かめています。",
};

const MINUTE = 60_000;

export class RestPage {
  constructor({ onOpen, onPast, onSettings, onConsult }) {
    this.page = byId("rest");
    this.cards = byId("cards");
    this.pager = new Pager(this.cards, byId("cards-pager"));
    this.onOpen = onOpen;
    byId("open-past").addEventListener("click", onPast);
    byId("open-settings").addEventListener("click", onSettings);
    byId("rest-consult").addEventListener("click", onConsult);
    this.recent = [];
    this.tick();
  }

  hide() {
    this.page.hidden = true;
  }

  show(view) {
    this.page.hidden = false;
    this.recent = view.recent;
    byId("empty").hidden = view.recent.length > 0;
    this.drawLamp(view);
    byId("troubles").replaceChildren(...view.troubles.map(troubleLine));
    this.drawCards();
  }

  drawLamp({ lamp, unheard }) {
    byId("lamp").hidden = lamp === "off";
    byId("lamp").dataset.lamp = lamp;
    setText(byId("lamp-words"), `まだ聞いていないお知らせが${unheard ? `${unheard}件` : ""}あります`);
  }

  drawCards() {
    drawCards(this.cards, this.recent, this.onOpen);
    this.pager.refresh();
  }

  tick() {
    const now = new Date();
    const { hour, minute } = parts(now);
    setText(byId("hour"), hour.padStart(2, "0"));
    setText(byId("minute"), minute.padStart(2, "0"));
    if (byId("date").textContent !== dateOf(now)) {
      setText(byId("date"), dateOf(now));
      this.drawCards();
    }
    setTimeout(() => this.tick(), MINUTE - (Date.now() % MINUTE));
  }
}

function troubleLine(trouble) {
  const picture = element("img", "");
  picture.src = "/static/trouble.svg";
  picture.alt = "";
  return element("p", "trouble", picture, element("span", "", TROUBLES[trouble] ?? "調子がよくありません。役場にお知らせください。"));
}

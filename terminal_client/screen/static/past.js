// The alerts of the past, newest first.

import { keyOf } from "./acts.js";
import { drawCards } from "./cards.js";
import { byId, onEscape, setText } from "./dom.js";
import { Pager } from "./pager.js";

const NONE = "お知らせはありません";
const FAILED = "いまは出せません。少し待って、もう一度押してください。";

export class PastPage {
  constructor(onOpen, onBack) {
    this.page = byId("past");
    this.list = byId("past-cards");
    this.pager = new Pager(this.list, byId("past-pager"));
    this.onOpen = onOpen;
    this.cards = [];
    this.drawn = "";
    this.opened = null;
    byId("past-back").addEventListener("click", onBack);
    onEscape(this.page, onBack);
  }

  hide() {
    this.page.hidden = true;
  }

  async show() {
    const isNew = this.page.hidden;
    this.page.hidden = false;
    this.pager.refresh();
    const focused = isNew ? this.focus() : null;
    await this.load();
    // Whoever moved on while the cards were fetched is not moved back.
    const isUnmoved = [focused, document.body].includes(document.activeElement);
    if (isNew && !this.page.hidden && isUnmoved) this.focus();
  }

  // Whoever comes back from an alert is where it was.
  focus() {
    const cards = [...this.list.children];
    const card = cards.find((button) => button.dataset.key === this.opened) ?? cards[0];
    const target = card ?? byId("past-back");
    target.focus();
    return target;
  }

  // Fetches the cards anew; what is on the screen stays if the terminal does not answer.
  async load() {
    const text = await fetchText();
    if (text !== null && text !== this.drawn) {
      this.drawn = text;
      this.cards = JSON.parse(text);
      this.draw();
    }
    byId("past-empty").hidden = this.cards.length > 0;
    setText(byId("past-empty"), text === null ? FAILED : NONE);
  }

  draw() {
    const open = (card) => {
      this.opened = keyOf(card);
      this.onOpen(card);
    };
    drawCards(this.list, this.cards, open);
    this.pager.refresh();
  }
}

async function fetchText() {
  try {
    const response = await fetch("/alerts.json");
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

// The household's second language: below the Japanese, which it never makes small.

import { byId, element, setText } from "./dom.js";

const words = JSON.parse(document.body.dataset.words ?? "null");

const spans = (sentences) => sentences.map((sentence) => element("span", "", sentence));

// A terminal may have been started again with another language while this page stayed open.
export function isOutdated(second) {
  return (second?.language ?? "") !== (document.body.dataset.language ?? "");
}

// Without a word only the Japanese stands on the button.
export function setLabel(button, japanese, word) {
  setText(byId(`${button}-label`), japanese);
  if (words) setText(byId(`${button}-second`), words[word] ?? "");
}

export function secondHeadline(second) {
  if (!second) return [];
  const headline = element("span", "card-second", second.headline_sentences.join(" "));
  headline.lang = second.language;
  return [headline];
}

export class SecondLanguage {
  constructor(pager) {
    this.pager = pager;
    this.body = null;
    this.jump = byId("second-jump");
    this.jump?.addEventListener("click", () => this.turn());
    pager.region.addEventListener("scroll", () => this.drawJump());
  }

  get isShown() {
    return this.body !== null;
  }

  draw(second) {
    this.body?.remove();
    this.body = null;
    if (!second || !words) return;
    byId("second-headline").replaceChildren(...spans(second.headline_sentences));
    this.body = element("div", "second-body", ...spans(second.body_sentences));
    this.body.lang = second.language;
    this.pager.region.append(this.body);
  }

  parts() {
    if (!this.isShown) return [];
    return [["translated_headline", byId("second-headline")], ["translated_body", this.body]];
  }

  isInSight() {
    return this.pager.current >= this.pager.pageOf(this.body);
  }

  turn() {
    this.pager.turnTo(this.isInSight() ? 0 : this.pager.pageOf(this.body));
  }

  // The button leads to the language that is not on the page.
  drawJump() {
    if (!this.isShown) return;
    const isThere = this.isInSight();
    setText(this.jump, isThere ? "日本語" : this.jump.dataset.own);
    this.jump.lang = isThere ? "ja" : this.body.lang;
  }
}

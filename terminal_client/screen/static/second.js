// The household's second language: below the Japanese, which it never makes small.

import { byId, element, setText } from "./dom.js";
import { fit, SMALLEST_SHARED } from "./fit.js";

const words = JSON.parse(document.body.dataset.words ?? "null");

const spans = (sentences) => sentences.map((sentence) => element("span", "", sentence));

// A terminal may have been started again with another language while this page stayed open.
export function isOutdated(second) {
  return (second?.language ?? "") !== (document.body.dataset.language ?? "");
}

export function setLabel(act, japanese, word) {
  setText(byId(`${act}-label`), japanese);
  if (words) setText(byId(`${act}-second`), words[word]);
}

export function secondHeadline(second) {
  if (!second) return [];
  const headline = element("span", "card-second", second.headline_sentences.join(" "));
  headline.lang = second.language;
  return [headline];
}

export class SecondLanguage {
  constructor(text) {
    this.text = text;
    this.body = null;
    this.wasSpeaking = false;
    this.jump = byId("second-jump");
    this.jump?.addEventListener("click", () => this.turn());
    text.addEventListener("scroll", () => this.drawJump());
  }

  get isShown() {
    return this.body !== null;
  }

  draw(second) {
    this.body = null;
    if (!second || !words) return;
    byId("second-headline").replaceChildren(...spans(second.headline_sentences));
    this.body = element("div", "second-body", ...spans(second.body_sentences));
    this.body.lang = second.language;
    this.text.append(this.body);
  }

  parts() {
    if (!this.isShown) return [];
    return [["translated_headline", byId("second-headline")], ["translated_body", this.body]];
  }

  // Where both do not fit together, one turns the page to the second.
  fits(page) {
    return this.isShown && fit(page, this.text, SMALLEST_SHARED);
  }

  // What does not fit together is measured as if the Japanese were alone; the second language is on its next page.
  without(measure) {
    if (this.isShown) this.body.hidden = true;
    measure();
    if (this.isShown) this.body.hidden = false;
  }

  // Where both do not fit together, the second language begins at the top of a page of its own.
  refresh() {
    if (!this.isShown) return;
    const room = this.text.clientHeight;
    const isPaged = this.text.scrollHeight > room + 1;
    this.body.style.minHeight = isPaged ? `${room}px` : "";
    this.body.style.marginTop = "";
    const above = this.body.offsetTop - this.text.offsetTop;
    if (isPaged) this.body.style.marginTop = `${(room - (above % room)) % room}px`;
    this.drawJump();
  }

  // When the voice has come to its end in the second language, the page goes back to the Japanese.
  followed(isSpeaking) {
    if (this.isShown && this.wasSpeaking && !isSpeaking) this.text.scrollTop = 0;
    this.wasSpeaking = isSpeaking;
  }

  isInSight() {
    return this.body.getBoundingClientRect().top < this.text.getBoundingClientRect().bottom - this.text.clientHeight / 3;
  }

  turn() {
    if (this.isInSight()) this.text.scrollTo({ top: 0 });
    else this.body.scrollIntoView({ block: "start" });
  }

  drawJump() {
    if (!this.isShown) return;
    const isThere = this.isInSight();
    setText(this.jump, isThere ? "日本語" : this.jump.dataset.own);
    this.jump.lang = isThere ? "ja" : this.body.lang;
  }
}

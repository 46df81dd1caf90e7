// One alert that fills the screen.

import { keyOf, reportDisplayed, tell } from "./acts.js";
import { byId, pictogram, sentenceSpan, setFlag, setText } from "./dom.js";
import { fit } from "./fit.js";
import { Pager } from "./pager.js";
import { isOutdated, SecondLanguage, setLabel } from "./second.js";
import { dateAndTime } from "./times.js";

const LEVELS = { emergency: "緊急", important: "重要", notice: "お知らせ" };
const LABELS = { confirm: "わかりました", replay: "もう一度聞く" };
const DONE = { confirm: ["確認しました", "confirmed"], replay: ["放送します", "replaying"] };
const CANCELS = "前のお知らせを取り消します";
const WITHDRAWN = "このお知らせは取り消されました";
const FAILED = ["もう一度押してください", "failed"];
const LABEL_STAYS = 4000;

// A finger that was on its way to something else must not confirm the alert that has just appeared under it.
const BUTTONS_WAIT = 500;

export class AlertPage {
  constructor({ onBack, onConsult }) {
    this.page = byId("alert");
    this.text = byId("text");
    this.pager = new Pager(this.text, byId("text-pager"));
    this.second = new SecondLanguage(this.text);
    this.buttons = {
      confirm: byId("confirm"),
      replay: byId("replay"),
      consult: byId("consult"),
      back: byId("back"),
    };
    this.onBack = onBack;
    this.card = null;
    this.drawn = null;
    this.isPast = false;
    this.labelTimers = {};
    for (const act of ["confirm", "replay"]) this.buttons[act].addEventListener("click", () => this.act(act));
    this.buttons.back.addEventListener("click", onBack);
    this.buttons.consult.addEventListener("click", () => onConsult(this.card));
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("visibilitychange", () => this.report());
    new ResizeObserver(() => this.refit()).observe(this.page);
    document.fonts.ready.then(() => this.refit());
  }

  hide() {
    this.card = null;
    this.drawn = null;
    this.page.hidden = true;
  }

  // `isPast` is an alert that the household has opened again; the terminal does not know that it is on the screen.
  show(card, { waiting = 0, isPast = false } = {}) {
    if (isOutdated(card.second)) location.reload();
    const drawn = [keyOf(card), card.withdrawn, card.expired, isPast].join();
    const isNew = this.drawn !== drawn;
    this.drawn = drawn;
    this.card = card;
    this.isPast = isPast;
    this.page.hidden = false;
    this.drawState(waiting);
    if (isNew) {
      this.drawAlert();
      this.refit();
      this.holdButtons();
      this.report();
    }
    this.mark();
  }

  drawAlert() {
    const { card } = this;
    this.page.dataset.level = card.level;
    byId("pictogram").src = pictogram(card.category);
    setText(byId("event"), card.event);
    setText(byId("level"), LEVELS[card.level]);
    setText(byId("sender"), card.sender);
    setText(byId("sent"), dateAndTime(new Date(card.sent)));
    byId("sent").dateTime = card.sent;
    byId("headline").ariaLabel = card.headline;
    byId("headline").replaceChildren(...card.headline_sentences.map(sentenceSpan));
    this.text.replaceChildren(...card.body_sentences.map(sentenceSpan));
    this.second.draw(card.second);
    this.text.scrollTop = 0;
    byId("contact").hidden = !card.contact;
    setText(byId("contact-name"), card.contact?.name ?? "");
    setText(byId("telephone"), card.contact?.telephone ?? "");
    for (const act of ["confirm", "replay"]) this.resetLabel(act);
  }

  drawState(waiting) {
    const { card, isPast } = this;
    const isWithdrawn = card.type === "Cancel" || card.withdrawn;
    byId("drill").hidden = !card.drill;
    byId("correction").hidden = card.type !== "Update" || isWithdrawn;
    byId("withdrawal").hidden = !isWithdrawn;
    byId("expiry").hidden = !card.expired || isWithdrawn;
    setText(byId("withdrawal-words"), card.type === "Cancel" ? CANCELS : WITHDRAWN);
    byId("speaking").hidden = !card.speaking;
    byId("waiting").hidden = waiting === 0;
    setText(byId("waiting"), `ほかに${waiting}件のお知らせがあります`);
    this.buttons.back.hidden = !isPast;
    this.buttons.confirm.hidden = isPast && (card.confirmed || isWithdrawn);
  }

  mark() {
    const { source, sentence } = this.card;
    for (const [part, container] of [["headline", byId("headline")], ["body", this.text], ...this.second.parts()]) {
      [...container.children].forEach((span, index) => {
        setFlag(span, "spoken", source === part && sentence === index);
      });
    }
    setFlag(byId("contact"), "spoken", source === "contact");
    const spoken = this.text.querySelector("[data-spoken]");
    if (spoken && !this.isInSight(spoken)) spoken.scrollIntoView({ block: "start" });
    this.second.followed(this.card.speaking);
  }

  isInSight(sentence) {
    const place = sentence.getBoundingClientRect();
    const sight = this.text.getBoundingClientRect();
    return place.top >= sight.top && place.bottom <= sight.bottom;
  }

  refit() {
    if (this.page.hidden) return;
    // The pager takes room from the text, so it must be away while the text is measured.
    this.pager.buttons.hidden = true;
    if (!this.second.fits(this.page)) {
      this.pager.buttons.hidden = !this.second.isShown;
      this.second.without(() => fit(this.page, this.text));
    }
    this.pager.refresh();
    this.second.refresh();
    this.pager.refresh();
  }

  holdButtons() {
    const buttons = Object.values(this.buttons);
    for (const button of buttons) button.disabled = true;
    clearTimeout(this.holdTimer);
    this.holdTimer = setTimeout(() => {
      for (const button of buttons) button.disabled = false;
      if (!this.card) return;
      const first = buttons.find((button) => !button.hidden && button.classList.contains("primary"));
      (first ?? this.buttons.back).focus({ preventScroll: true });
    }, BUTTONS_WAIT);
  }

  report() {
    const { card } = this;
    if (card && !card.withdrawn) reportDisplayed(card, () => this.card && keyOf(this.card) === keyOf(card));
  }

  async act(act) {
    const { card, isPast } = this;
    const isHeard = await tell(act, card);
    if (!this.card || keyOf(this.card) !== keyOf(card)) return;
    if (isHeard && act === "confirm" && isPast) {
      this.onBack();
      return;
    }
    setLabel(act, ...(isHeard ? DONE[act] : FAILED));
    clearTimeout(this.labelTimers[act]);
    this.labelTimers[act] = setTimeout(() => this.resetLabel(act), LABEL_STAYS);
  }

  resetLabel(act) {
    clearTimeout(this.labelTimers[act]);
    setLabel(act, LABELS[act], act);
  }

  onKey(event) {
    if (this.page.hidden || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === "r") this.buttons.replay.click();
    if (event.key === "Escape" && this.isPast) this.onBack();
  }
}

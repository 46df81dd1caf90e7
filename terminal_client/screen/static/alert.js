// One alert that fills the screen, and turns its pages in step with the voice.

import { keyOf, reportDisplayed, tell } from "./acts.js";
import { byId, pictogram, setFlag, setText } from "./dom.js";
import { fit } from "./fit.js";
import { Pager } from "./pager.js";
import { isOutdated, SecondLanguage, setLabel } from "./second.js";
import { sentenceSpan } from "./sentences.js";
import { dateAndTime } from "./times.js";
import { Turning } from "./turning.js";

const LEVELS = { emergency: "緊急", important: "重要", notice: "お知らせ" };
const LABELS = { confirm: "わかりました", replay: "もう一度聞く" };
const DONE = { confirm: ["確認しました", "confirmed"], replay: ["放送します", "replaying"] };
const CANCELS = "前のお知らせを取り消します";
const WITHDRAWN = "このお知らせは取り消されました";
const TROUBLES = { no_connection: "いま、役場との通信が切れています", no_sound: "いま、音が出ません" };
const FAILED = ["もう一度押してください", "failed"];
const TURNS = { ArrowLeft: -1, ArrowUp: -1, PageUp: -1, ArrowRight: 1, ArrowDown: 1, PageDown: 1 };
const LABEL_STAYS = 4000;
const THANKS_STAY = 2500;

// A finger that was on its way to something else must not confirm the alert that has just appeared under it.
const BUTTONS_WAIT = 500;

export class AlertPage {
  constructor({ onBack, onConsult }) {
    this.page = byId("alert");
    this.pager = new Pager(byId("pages"), byId("text-pager"));
    this.second = new SecondLanguage(this.pager);
    this.turning = new Turning(this.pager);
    this.pager.onLeaf = () => this.turning.stop();
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
    const resized = new ResizeObserver(() => this.refit());
    for (const around of [this.page, this.page.querySelector(".bands"), this.page.querySelector(".head")]) resized.observe(around);
    new MutationObserver(() => this.refit()).observe(document.body, { attributeFilter: ["data-text-size"] });
    document.fonts.ready.then(() => this.refit());
  }

  hide() {
    this.turning.stop();
    this.card = null;
    this.drawn = null;
    this.page.hidden = true;
  }

  // `isPast` is an alert that the household has opened again; the terminal does not know that it is on the screen.
  show(card, { waiting = 0, isPast = false, troubles = [] } = {}) {
    if (isOutdated(card.second)) location.reload();
    const drawn = [keyOf(card), card.withdrawn, card.expired, isPast].join();
    const isNew = this.drawn !== drawn;
    this.drawn = drawn;
    this.card = card;
    this.isPast = isPast;
    this.page.hidden = false;
    this.drawState(waiting, troubles);
    if (isNew) {
      this.drawAlert();
      this.refit();
      this.holdButtons();
      this.report();
    }
    this.mark();
    this.drawLabels();
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
    byId("text").replaceChildren(...card.body_sentences.map(sentenceSpan));
    this.second.draw(card.second);
    for (const part of ["contact", "call"]) byId(part).hidden = !card.contact;
    for (const name of ["contact-name", "call-name"]) setText(byId(name), card.contact?.name ?? "");
    for (const number of ["telephone", "call-telephone"]) setText(byId(number), card.contact?.telephone ?? "");
    this.marked = null;
    this.answers = {};
    this.pager.turnTo(0);
  }

  drawState(waiting, troubles) {
    const { card, isPast } = this;
    const isWithdrawn = card.type === "Cancel" || card.withdrawn;
    setFlag(this.page, "past", isPast);
    setFlag(this.page, "withdrawn", isWithdrawn);
    setFlag(byId("pages"), "void", card.withdrawn);
    const trouble = isPast ? undefined : troubles.map((each) => TROUBLES[each]).find(Boolean);
    byId("drill").hidden = !card.drill;
    byId("correction").hidden = card.type !== "Update" || isWithdrawn;
    byId("withdrawal").hidden = !isWithdrawn;
    byId("expiry").hidden = !card.expired || isWithdrawn;
    setText(byId("withdrawal-words"), card.type === "Cancel" ? CANCELS : WITHDRAWN);
    byId("alert-trouble").hidden = !trouble;
    setText(byId("alert-trouble"), trouble ?? "");
    byId("speaking").hidden = !card.speaking;
    byId("repeating").hidden = card.speaking || card.confirmed || isPast || isWithdrawn || card.level !== "emergency";
    byId("waiting").hidden = waiting === 0;
    setText(byId("waiting"), `ほかに${waiting}件`);
    this.buttons.back.hidden = !isPast;
    this.buttons.confirm.hidden = isPast && (card.confirmed || isWithdrawn);
  }

  // The place of what is being said. Where the text takes several pages, whom to call has one of its own, in letters for
  // the whole room.
  spokenPlace() {
    if (this.card.source === "contact") return byId("call").checkVisibility() ? byId("call") : null;
    return byId("pages").querySelector("[data-spoken]");
  }

  // Marks what is being said, and turns to it when the voice goes on: in between, the household may leaf as it likes.
  mark() {
    const { source, sentence, speaking } = this.card;
    for (const [part, container] of [["headline", byId("headline")], ["body", byId("text")], ...this.second.parts()]) {
      [...container.children].forEach((span, index) => {
        setFlag(span, "spoken", source === part && sentence === index);
      });
    }
    setFlag(byId("contact"), "spoken", source === "contact");
    const marked = speaking ? [source, sentence].join() : null;
    if (marked === this.marked) return;
    this.marked = marked;
    this.turning.follow(this.spokenPlace());
    if (!speaking) this.pager.turnTo(0);
  }

  refit() {
    if (this.page.hidden) return;
    fit(this.page, this.pager, this.second.isShown);
    this.pager.refresh();
    this.second.drawJump();
    this.turning.follow(this.spokenPlace());
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
    if (card) reportDisplayed(card, () => this.card && keyOf(this.card) === keyOf(card));
  }

  async act(act) {
    const { card, isPast } = this;
    const isHeard = await tell(act, card);
    if (isHeard && act === "confirm") this.thank();
    if (!this.card || keyOf(this.card) !== keyOf(card)) return;
    if (isHeard && act === "confirm" && isPast) {
      this.onBack();
      return;
    }
    this.answers[act] = isHeard ? "done" : "failed";
    this.drawLabels();
    clearTimeout(this.labelTimers[act]);
    this.labelTimers[act] = setTimeout(() => {
      delete this.answers[act];
      this.drawLabels();
    }, LABEL_STAYS);
  }

  // The page has gone on to what comes next; whoever has pressed is told that it was heard.
  thank() {
    byId("thanks").hidden = false;
    clearTimeout(this.thanksTimer);
    this.thanksTimer = setTimeout(() => {
      byId("thanks").hidden = true;
    }, THANKS_STAY);
  }

  // What a button says, and after it was pressed for a while what became of that.
  drawLabels() {
    const { answers, card, isPast } = this;
    if (!card) return;
    for (const act of ["confirm", "replay"]) {
      const answer = act === "confirm" && card.confirmed && !isPast ? "done" : answers[act];
      this.buttons[act].dataset.answer = answer ?? "";
      setLabel(act, ...(answer === "done" ? DONE[act] : answer === "failed" ? FAILED : [LABELS[act], act]));
    }
  }

  onKey(event) {
    if (this.page.hidden || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === "r") this.buttons.replay.click();
    if (event.key === "Escape" && this.isPast) this.onBack();
    if (event.key in TURNS) this.pager.turn(TURNS[event.key]);
  }
}

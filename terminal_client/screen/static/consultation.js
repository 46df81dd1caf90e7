// The question whether the town's desk is to call back, and a line that tells what became of it.

import { keyOf, post } from "./acts.js";
import { byId, setText } from "./dom.js";
import { setLabel } from "./second.js";

const ASK = { question: "お電話を差し上げます。よろしいですか？", yes: "はい、お願いします", act: "request", word: "consult" };
const WITHDRAW = { question: "相談を取り消しますか？", yes: "はい、取り消します", act: "request/withdraw" };
const FAILED = "もう一度押してください";
const LABEL = "取り消す";
const LABEL_STAYS = 4000;

// The second half of a double tap must not answer the question that has just appeared under it.
const BUTTONS_WAIT = 500;

// Whoever has gone away does not want to be called.
const QUESTION_STAYS = 120_000;

// What is over goes with the next touch, but not before it could be read.
const READING_TIME = 1500;

export class Consultation {
  constructor() {
    this.line = byId("request");
    this.withdrawButton = byId("request-withdraw");
    this.dialog = byId("consultation");
    this.answers = { yes: byId("consultation-yes"), no: byId("consultation-no") };
    this.request = null;
    this.card = null;
    this.answers.yes.addEventListener("click", () => this.agree());
    this.answers.no.addEventListener("click", () => this.dialog.close());
    this.withdrawButton.addEventListener("click", () => this.withdraw());
    this.dialog.addEventListener("close", () => clearTimeout(this.leaveTimer));
    // The pages behind the question have keys of their own, and hear none while it stands.
    window.addEventListener("keydown", (event) => this.dialog.open && event.stopPropagation(), true);
    // Not before the button has its click: it moves into the room of the line, away from under the finger.
    for (const kind of ["click", "keydown"]) document.addEventListener(kind, () => this.touched());
  }

  // Asks once more before anybody is called, or before the call is called off; `card` is the alert on the screen.
  ask(card) {
    this.card = card;
    this.draw();
    byId("consultation-failure").hidden = true;
    this.hold();
    if (!this.dialog.open) this.dialog.showModal();
    clearTimeout(this.leaveTimer);
    this.leaveTimer = setTimeout(() => this.dialog.close(), QUESTION_STAYS);
  }

  // An alert that comes while the question stands is not what the household has answered it for.
  alertShown(current) {
    if (current && (!this.card || keyOf(current) !== keyOf(this.card))) this.dialog.close();
  }

  // What became of the last request, as the terminal has it; null if there is nothing to tell.
  know(request) {
    const had = this.words;
    this.request = request;
    this.words = request && wordsOf(request);
    if (this.words !== had) this.since = performance.now();
    this.line.hidden = !request;
    setText(byId("request-words"), this.words ?? "");
    this.withdrawButton.hidden = !this.isOpen;
    if (this.dialog.open) this.draw();
  }

  get isOpen() {
    return this.request?.stage === "asked";
  }

  draw() {
    this.choice = this.isOpen ? WITHDRAW : ASK;
    setText(byId("consultation-standing"), this.isOpen ? this.words : "");
    setText(byId("consultation-question"), this.choice.question);
    setLabel("consultation-yes", this.choice.yes, this.choice.word);
  }

  hold() {
    const buttons = Object.values(this.answers);
    for (const button of buttons) button.disabled = true;
    clearTimeout(this.holdTimer);
    this.holdTimer = setTimeout(() => {
      for (const button of buttons) button.disabled = false;
      this.answers.yes.focus({ preventScroll: true });
    }, BUTTONS_WAIT);
  }

  async agree() {
    const { choice, card } = this;
    const body = choice === ASK ? { alert: card?.alert ?? null, revision: card?.revision ?? null } : {};
    this.answers.yes.disabled = true;
    const isHeard = await post(choice.act, body);
    this.answers.yes.disabled = false;
    byId("consultation-failure").hidden = isHeard;
    if (isHeard) this.dialog.close();
    else this.answers.yes.focus({ preventScroll: true });
  }

  async withdraw() {
    const isHeard = await post(WITHDRAW.act, {});
    if (isHeard) return;
    setText(this.withdrawButton, FAILED);
    clearTimeout(this.labelTimer);
    this.labelTimer = setTimeout(() => setText(this.withdrawButton, LABEL), LABEL_STAYS);
  }

  touched() {
    const isOver = this.request?.recorded && !this.isOpen;
    if (isOver && performance.now() - this.since > READING_TIME) this.line.hidden = true;
  }
}

function wordsOf({ stage, recorded, connected }) {
  if (stage === "done") return "役場の対応が終わりました。";
  if (stage === "withdrawn") {
    if (recorded) return "相談を取り消しました。";
    return connected ? "取り消しを役場に伝えています…" : "取り消しは、つながりしだい役場に伝えます。";
  }
  if (recorded) return "役場に伝えました。お電話をお待ちください。";
  return connected ? "役場に伝えています…" : "つながりしだい役場に伝えます。";
}

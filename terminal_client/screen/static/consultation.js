// The question whether the town's desk is to call back, and what became of it.

import { byId } from "./dom.js";

export class Consultation {
  constructor() {
    this.dialog = byId("consultation");
  }

  // Asks once more before anybody is called; `card` is the alert on the screen, null if there is none.
  ask(card) {
    this.card = card;
  }

  // What became of the last request, as the terminal has it; null if there is none.
  know(request) {
    this.request = request;
  }
}

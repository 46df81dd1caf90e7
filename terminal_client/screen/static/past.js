// The alerts of the last weeks, newest first.

import { byId } from "./dom.js";

export class PastPage {
  constructor(onOpen, onBack) {
    this.page = byId("past");
    this.onOpen = onOpen;
    byId("past-back").addEventListener("click", onBack);
  }

  hide() {
    this.page.hidden = true;
  }

  show() {
    this.page.hidden = false;
  }
}

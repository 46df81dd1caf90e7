// What the household sets for itself.

import { byId } from "./dom.js";

export class SettingsPage {
  constructor(onBack) {
    this.page = byId("settings");
    byId("settings-back").addEventListener("click", onBack);
  }

  hide() {
    this.page.hidden = true;
  }

  show() {
    this.page.hidden = false;
  }

  // What stands, as the terminal has it: on each change, and when the page is opened.
  know(preferences) {
    this.preferences = preferences;
  }
}

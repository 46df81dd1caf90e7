// Whole pages and two large buttons: nobody finds a scroll bar without glasses, and nobody reads half a line.
// The browser sets what stands in the region into columns as wide as the region (base.css, .pages): each is a page.

import { setText } from "./dom.js";

export class Pager {
  constructor(region, buttons) {
    this.region = region;
    this.buttons = buttons;
    this.up = buttons.querySelector(".up");
    this.down = buttons.querySelector(".down");
    this.mark = buttons.querySelector(".page");
    this.onLeaf = () => {};
    region.classList.add("pages");
    this.up.addEventListener("click", () => this.turn(-1));
    this.down.addEventListener("click", () => this.turn(1));
    // Who goes through the cards by the keyboard gets the page on which the next one stands.
    region.addEventListener("focusin", ({ target }) => target !== region && this.turnTo(this.pageOf(target)));
    new ResizeObserver(() => this.refresh()).observe(region);
  }

  get step() {
    return this.region.clientWidth + parseFloat(getComputedStyle(this.region).columnGap);
  }

  get count() {
    return Math.max(1, Math.ceil((this.region.scrollWidth - 1) / this.step));
  }

  get current() {
    return Math.round(this.region.scrollLeft / this.step);
  }

  // The page on which something stands; where it begins, if it flows over several.
  pageOf(element) {
    const [box] = element.getClientRects();
    if (!box) return 0;
    const place = box.left - this.region.getBoundingClientRect().left + this.region.scrollLeft;
    return Math.floor((place + 1) / this.step);
  }

  turn(direction) {
    this.onLeaf();
    this.turnTo(this.current + direction);
  }

  turnTo(page) {
    this.region.scrollLeft = Math.min(Math.max(page, 0), this.count - 1) * this.step;
    this.refresh();
  }

  refresh() {
    const { count } = this;
    const current = Math.min(this.current, count - 1);
    this.region.scrollLeft = current * this.step;
    this.buttons.hidden = count === 1;
    this.up.disabled = current === 0;
    this.down.disabled = current === count - 1;
    if (this.mark) setText(this.mark, `${current + 1}/${count}`);
  }
}

// Two large buttons for what does not fit: nobody finds a scroll bar without glasses.

const STEP = 0.8;

export class Pager {
  constructor(region, buttons) {
    this.region = region;
    this.buttons = buttons;
    this.up = buttons.querySelector(".up");
    this.down = buttons.querySelector(".down");
    this.up.addEventListener("click", () => this.scroll(-1));
    this.down.addEventListener("click", () => this.scroll(1));
    region.addEventListener("scroll", () => this.refresh());
    new ResizeObserver(() => this.refresh()).observe(region);
  }

  scroll(direction) {
    this.region.scrollBy({ top: direction * STEP * this.region.clientHeight });
  }

  refresh() {
    const { scrollTop, scrollHeight, clientHeight } = this.region;
    const room = scrollHeight - clientHeight;
    this.buttons.hidden = room <= 1;
    this.up.disabled = scrollTop <= 1;
    this.down.disabled = scrollTop >= room - 1;
  }
}

// The letters of an alert: so large that they are read across the room, and then the fewest pages.

import { setFlag } from "./dom.js";

// In pixels on a screen of 1024x600; larger and smaller screens are in proportion. Of 7 inches, such a screen has
// 0.15 mm to a pixel: 60 pixels are 9 mm, 10 minutes of arc at three metres. JIS S 0032 asks for 8.1 points for each metre
// and acuity of 1.0 (gothic kanji of 5 to 10 strokes; its constant of 3.4 points is for reading close by): at three metres
// 60 pixels are enough for an acuity of 1.0, 72 for 0.8, 88 for 0.65.
//   readable  what every text has, however many pages it takes
//   least     what kana, a second language or a long sentence that is to stand on one page may cost
const SIZES = {
  normal: { largest: 84, readable: 60, least: 54 },
  large: { largest: 96, readable: 72, least: 64 },
  largest: { largest: 108, readable: 88, least: 76 },
};

// Neither kana nor a second language ever cost a page: where they would, the kana are left out, and the second language
// begins on a page of its own after the Japanese.
export function fit(page, pager, hasSecond) {
  const sizes = SIZES[document.body.dataset.textSize] ?? SIZES.normal;
  const frame = new Frame(page, pager);
  const second = hasSecond ? "apart" : "none";
  const alone = frame.onOnePage({ second }, sizes.readable) ?? frame.inPages({ second }, sizes);
  const together = hasSecond && alone.count === 1 ? frame.onOnePage({ second: "shared" }, sizes.least) : null;
  let plan = together ?? alone;
  const withKana = { ...plan, furigana: true, size: sizes.least };
  if (page.querySelector("rt") && frame.fits(withKana, sizes.least)) plan = { ...withKana, broken: frame.brokenPhrases };
  frame.use(plan, largestThat((size) => frame.fits(plan, size), plan.size, sizes.largest));
  page.dataset.second = plan.second;
}

class Frame {
  constructor(page, pager) {
    this.page = page;
    this.pager = pager;
  }

  // A plan is where things stand, from `size` on; `count` is how many pages that takes, without a second language apart.
  onOnePage({ second }, size) {
    const plans = ["roomy", "dense"].map((layout) => ({ layout, second, count: 1, isWhole: true, size }));
    return plans.find((plan) => this.fits(plan, size)) ?? null;
  }

  inPages({ second }, { readable, least }) {
    const plan = { layout: "dense", second, count: Infinity, isWhole: true };
    const whole = descending(readable, least).find((size) => this.fits(plan, size));
    const size = whole ?? readable;
    this.use(plan, size);
    return { ...plan, count: this.pager.count, isWhole: whole !== undefined, size };
  }

  fits(plan, size) {
    this.use(plan, size);
    return this.pager.count <= plan.count && this.isUncut() && (!plan.isWhole || this.isWhole()) && !(this.brokenPhrases > plan.broken);
  }

  use({ layout, second, count, furigana = false }, size) {
    const { page } = this;
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    page.dataset.layout = layout;
    page.dataset.second = second === "apart" ? "away" : second;
    setFlag(page, "furigana", furigana);
    setFlag(page, "paged", count > 1);
    page.style.setProperty("--size", `${size * unit}px`);
    // The buttons take room from the text, so they must be there, or not, while it is measured.
    this.pager.buttons.hidden = count === 1 && second !== "apart";
  }

  isWhole() {
    return [...this.page.querySelectorAll(".headline, .text > span")].every((each) => each.getClientRects().length <= 1);
  }

  // Letters grow only as long as each phrase with kana that had room in one line still has.
  get brokenPhrases() {
    const letter = parseFloat(getComputedStyle(this.pager.region).fontSize);
    const phrases = [...this.page.querySelectorAll(".phrase")];
    return phrases.filter((each) => each.getBoundingClientRect().height > 2.5 * letter).length;
  }

  isUncut() {
    const { clientWidth, clientHeight } = this.pager.region;
    const isNarrow = (each) => each.getBoundingClientRect().width <= clientWidth;
    return clientHeight > 0 && [...this.page.querySelectorAll("ruby")].every(isNarrow);
  }
}

const descending = (from, to) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

function largestThat(isGood, good, limit) {
  let bad = limit + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

// The largest letters with which an alert fits on the screen without scrolling.

import { setFlag } from "./dom.js";

// In pixels on a screen of 1024x600; larger and smaller screens are in proportion.
const LARGEST = 64;
const WHEN_PAGED = 34;
const SMALLEST_OF_LAYOUTS = { roomy: 40, dense: 36, densest: 28 };

// Furigana and a second language share the page as long as the Japanese letters stay this large; else they give way.
export const SMALLEST_SHARED = { roomy: 40, dense: 36 };

// What does not fit even in the smallest is read in pages, and then letters that can be read matter more than their number.
// Returns whether it fits. `smallest` are the smallest sizes that may be taken.
export function fit(page, text, smallest = SMALLEST_OF_LAYOUTS) {
  setFlag(page, "furigana", true);
  if (page.querySelector("rt") && isFitted(page, text, SMALLEST_SHARED)) return true;
  setFlag(page, "furigana", false);
  if (isFitted(page, text, smallest)) return true;
  use(page, "densest", WHEN_PAGED);
  return false;
}

function isFitted(page, text, smallest) {
  const fits = (layout, size) => {
    use(page, layout, size);
    return [text, page].every(
      (box) => box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth,
    );
  };
  for (const [layout, size] of Object.entries(smallest)) {
    if (!fits(layout, size)) continue;
    use(page, layout, largestThat((larger) => fits(layout, larger), size, LARGEST));
    return true;
  }
  return false;
}

function use(page, layout, size) {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  page.dataset.layout = layout;
  page.style.setProperty("--size", `${size * unit}px`);
}

function largestThat(isGood, good, limit) {
  let bad = limit + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

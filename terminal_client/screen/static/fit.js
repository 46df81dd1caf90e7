// The largest letters with which an alert fits on the screen without scrolling.

// In pixels on a screen of 1024x600; larger and smaller screens are in proportion.
const LARGEST = 64;
const WHEN_PAGED = 34;
const SMALLEST_OF_LAYOUTS = { roomy: 40, dense: 36, densest: 28 };

// What does not fit even in the smallest is read in pages, and then letters that can be read matter more than their number.
export function fit(page, text) {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const use = (layout, size) => {
    page.dataset.layout = layout;
    page.style.setProperty("--size", `${size * unit}px`);
  };
  const fits = (layout, size) => {
    use(layout, size);
    return text.scrollHeight <= text.clientHeight && page.scrollHeight <= page.clientHeight;
  };
  for (const [layout, smallest] of Object.entries(SMALLEST_OF_LAYOUTS)) {
    if (!fits(layout, smallest)) continue;
    use(layout, largestThat((size) => fits(layout, size), smallest, LARGEST));
    return;
  }
  use("densest", WHEN_PAGED);
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

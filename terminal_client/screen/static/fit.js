// The largest letters with which an alert fits on the screen without scrolling.

// In pixels on a screen of 1024x600; larger and smaller screens are in proportion.
const LARGEST = 64;
const WHEN_PAGED = 34;
const SMALLEST_OF_LAYOUTS = { roomy: 40, dense: 36, densest: 28 };

// What does not fit even in the smallest is read in pages, and then letters that can be read matter more than their number.
// Returns whether it fits. `smallest` are the smallest sizes that may be taken.
export function fit(page, text, smallest = SMALLEST_OF_LAYOUTS) {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const use = (layout, size) => {
    page.dataset.layout = layout;
    page.style.setProperty("--size", `${size * unit}px`);
  };
  const fits = (layout, size) => {
    use(layout, size);
    return text.scrollHeight <= text.clientHeight && page.scrollHeight <= page.clientHeight;
  };
  for (const [layout, size] of Object.entries(smallest)) {
    if (!fits(layout, size)) continue;
    use(layout, largestThat((larger) => fits(layout, larger), size, LARGEST));
    return true;
  }
  use("densest", WHEN_PAGED);
  return false;
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

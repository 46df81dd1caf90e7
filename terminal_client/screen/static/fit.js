// The largest letters with which an alert fits on the screen without scrolling.

// In pixels on a screen of 1024x600; larger and smaller screens are in proportion.
const LARGEST = 64;
const SMALLEST_ROOMY = 40;
const SMALLEST = 28;
const WHEN_PAGED = 34;

export function fit(page, text) {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const use = (size, dense) => {
    page.toggleAttribute("data-dense", dense);
    page.style.setProperty("--size", `${size * unit}px`);
  };
  const fits = (size, dense) => {
    use(size, dense);
    return text.scrollHeight <= text.clientHeight && page.scrollHeight <= page.clientHeight;
  };
  for (const [smallest, dense] of [[SMALLEST_ROOMY, false], [SMALLEST, true]]) {
    if (!fits(smallest, dense)) continue;
    use(largestThat((size) => fits(size, dense), smallest, LARGEST), dense);
    return true;
  }
  use(WHEN_PAGED, true);
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

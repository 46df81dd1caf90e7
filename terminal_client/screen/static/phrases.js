// Where the browser may end a line without breaking a word. It knows for plain text (`word-break: auto-phrase`), but not
// where kana stand over the letters: it takes them for a part of the text. So the plain text is asked.

const WIDTH = 10_000;

// Returns after how many letters a phrase ends and another one begins; nothing if the browser knows no phrases.
export function phraseEnds(text) {
  const ends = new Set();
  if (!CSS.supports("word-break", "auto-phrase")) return ends;
  const line = new Line(text);
  for (let end = line.lastEndBefore(text.length); end > 0; end = line.lastEndBefore(end)) ends.add(end);
  line.remove();
  return ends;
}

// The text after an empty space that is made wider and wider: what has no room beside it any more goes below, phrase by
// phrase. Below there is room for all, since where a phrase has none the browser breaks words.
class Line {
  constructor(text) {
    this.text = text;
    this.space = document.createElement("span");
    this.box = document.createElement("div");
    this.box.className = "measured-line";
    this.box.style.width = `${WIDTH}px`;
    this.box.append(this.space, text);
    document.body.append(this.box);
    this.range = document.createRange();
    const { left } = this.boxOf(0);
    this.widths = text.split("").map((_, index) => this.boxOf(index).right - left);
  }

  // Where the phrase before the one that ends here ends, 0 if there is none.
  lastEndBefore(end) {
    const letters = this.text.slice(0, end).trimEnd().length;
    this.space.style.width = `${WIDTH - this.widths[letters - 1] + 1}px`;
    const { bottom } = this.space.getBoundingClientRect();
    let [low, high] = [0, end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.boxOf(middle).top >= bottom) high = middle;
      else low = middle + 1;
    }
    return low < end ? low : 0;
  }

  boxOf(index) {
    this.range.setStart(this.box.lastChild, index);
    this.range.setEnd(this.box.lastChild, index + 1);
    return this.range.getBoundingClientRect();
  }

  remove() {
    this.box.remove();
  }
}

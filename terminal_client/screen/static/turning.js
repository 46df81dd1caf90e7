// Turning the pages in step with the voice.

// 5 morae a second, and 1.6 of them to a written letter.
const MILLISECONDS_PER_LETTER = 320;

export class Turning {
  constructor(pager) {
    this.pager = pager;
    this.timers = [];
  }

  // Shows what is being said. The terminal tells when a sentence begins, and no more: one that flows over several pages
  // is followed as if it were said at the usual pace.
  follow(spoken) {
    this.stop();
    if (!spoken) return;
    const first = this.pager.pageOf(spoken);
    const heights = [...spoken.getClientRects()].map(({ height }) => height);
    const duration = (spoken.textContent.length * MILLISECONDS_PER_LETTER) / heights.reduce((sum, each) => sum + each, 0);
    let above = 0;
    this.pager.turnTo(first);
    heights.slice(0, -1).forEach((height, index) => {
      above += height;
      this.timers.push(setTimeout(() => this.pager.turnTo(first + index + 1), above * duration));
    });
  }

  stop() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }
}

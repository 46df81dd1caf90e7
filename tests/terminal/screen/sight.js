// What axe does not see: targets too small for a trembling finger, and text that is cut off, covered or written over another.
(() => {
  const SMALLEST_TARGET = 64;
  const TOLERANCE = 1;
  const TARGETS = "button, a[href], input, select, textarea, summary, [role=button], [role=switch], [tabindex='0']";

  const isDrawn = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const nameOf = (element) => `${element.id ? `#${element.id} ` : ""}${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 20)}"`;

  function smallTargets() {
    return [...document.querySelectorAll(TARGETS)].filter(isDrawn).flatMap((target) => {
      // Who presses the words of a radio button presses the button.
      const boxes = [target, ...(target.labels ?? [])].map((each) => each.getBoundingClientRect());
      const isLarge = ({ width, height }) => Math.min(width, height) >= SMALLEST_TARGET - 0.01;
      if (boxes.some(isLarge)) return [];
      return [`${nameOf(target)} is a target of ${boxes[0].width.toFixed(1)}x${boxes[0].height.toFixed(1)}`];
    });
  }

  // The ink of each line of each text: a line's box is higher than its letters.
  function lines() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      const { parentElement } = text;
      if (!text.data.trim() || !isDrawn(parentElement) || isUnseen(parentElement)) continue;
      const size = parseFloat(getComputedStyle(parentElement).fontSize);
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        if (right - left < 1) continue;
        const middle = (top + bottom) / 2;
        found.push({ element: parentElement, words: text.data.trim(), left, right, top: middle - 0.4 * size, bottom: middle + 0.4 * size });
      }
    }
    return found;
  }

  // For screen readers only.
  function isUnseen(element) {
    for (let each = element; each; each = each.parentElement) {
      if (getComputedStyle(each).clipPath !== "none" && each.getBoundingClientRect().width <= 1) return true;
    }
    return false;
  }

  // The boxes beyond which nothing of an element is drawn.
  function frames(element) {
    const found = [new DOMRect(0, 0, innerWidth, innerHeight)];
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const { overflow, position } = getComputedStyle(each);
      if (overflow !== "visible" || each.tagName === "BUTTON") found.push(each.getBoundingClientRect());
      if (position === "fixed") break;
    }
    return found;
  }

  const isApart = (a, b) =>
    a.right <= b.left + TOLERANCE || a.left >= b.right - TOLERANCE || a.bottom <= b.top + TOLERANCE || a.top >= b.bottom - TOLERANCE;

  const isWithin = (inner, outer) =>
    inner.left >= outer.left - TOLERANCE && inner.right <= outer.right + TOLERANCE && inner.top >= outer.top - TOLERANCE && inner.bottom <= outer.bottom + TOLERANCE;

  // At three points of a line, whether something that is not transparent lies over it.
  function covers({ element, left, right, top, bottom }) {
    return [0.05, 0.5, 0.95].map((part) => {
      const there = document.elementFromPoint(left + part * (right - left), (top + bottom) / 2);
      for (let each = there; each && !each.contains(element) && !element.contains(each); each = each.parentElement) {
        const { backgroundColor, backgroundImage } = getComputedStyle(each);
        if (backgroundImage !== "none" || !backgroundColor.endsWith(", 0)")) return true;
      }
      return false;
    });
  }

  function troublesOfText() {
    const troubles = [];
    const visible = [];
    for (const line of lines()) {
      const around = frames(line.element);
      // What stands on another page is not on the screen, and that is no fault.
      if (around.some((frame) => isApart(line, frame))) continue;
      if (!around.every((frame) => isWithin(line, frame))) {
        troubles.push(`"${line.words.slice(0, 20)}" is cut off`);
        continue;
      }
      const covered = covers(line);
      if (covered.every(Boolean)) continue;
      if (covered.some(Boolean)) troubles.push(`"${line.words.slice(0, 20)}" is partly covered`);
      visible.push(line);
    }
    visible.forEach((line, index) => {
      for (const other of visible.slice(index + 1)) {
        // What flows in one line is not written over itself: the box of a word with kana above it reaches beyond its ink.
        const isOneText = line.element.contains(other.element) || other.element.contains(line.element);
        if (!isOneText && !isApart(line, other)) troubles.push(`"${line.words.slice(0, 20)}" and "${other.words.slice(0, 20)}" overlap`);
      }
    });
    return troubles;
  }

  return [...smallTargets(), ...troublesOfText()];
})()

"use strict";

// From gap to gap of a template: the first one is chosen with the kind, Tab or Enter leads to the next.
(() => {
  const form = document.getElementById("alert-form");
  const texts = [document.getElementById("headline"), document.getElementById("body")];
  const GAP = /〔[^〕]*〕/g;

  const gaps = () =>
    texts.flatMap((field, place) =>
      [...field.value.matchAll(GAP)].map((found) => ({ field, place, start: found.index, end: found.index + found[0].length })),
    );

  const select = ({ field, start, end }) => {
    field.focus();
    field.setSelectionRange(start, end);
  };

  // What was written into a gap of the headline goes into the same gap of the text, too.
  const carryOver = () => {
    const category = form.querySelector('input[name="category"]:checked');
    const [headline, body] = texts;
    const written = category && window.kokuchiTranslations.gapsOf(category.dataset.headline, headline.value);
    for (const [gap, words] of written || []) {
      if (words.trim() && words !== gap && body.value.includes(gap)) {
        body.value = body.value.replaceAll(gap, words.trim());
        body.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  };

  const isBefore = (gap, place, position) => gap.place < place || (gap.place === place && gap.start < position);

  const next = (field) => {
    const place = texts.indexOf(field);
    return gaps().find((gap) => !isBefore(gap, place, field.selectionEnd));
  };

  const previous = (field) => {
    const place = texts.indexOf(field);
    return gaps().findLast((gap) => isBefore(gap, place, field.selectionStart));
  };

  const isSelected = (field) =>
    gaps().some((gap) => gap.field === field && gap.start === field.selectionStart && gap.end === field.selectionEnd);

  const show = () => {
    const number = gaps().length;
    document.getElementById("gaps").hidden = number === 0;
    const text = `書きかえるところが、あと${number}か所あります。`;
    const shown = document.getElementById("gaps-text");
    if (shown.textContent !== text) shown.textContent = text;
  };

  const go = (event, gap) => {
    if (!gap) return;
    event.preventDefault();
    select(gap);
  };

  form.addEventListener("keydown", (event) => {
    // Enter takes what the Japanese input method offers; that is no wish to go on.
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target === texts[0] && ["Tab", "Enter"].includes(event.key)) carryOver();
    if (target.name === "category" && event.key === "Enter") {
      event.preventDefault();
      if (target.checked) go(event, gaps()[0]);
    } else if (target.name === "category" && event.key === "Tab" && !event.shiftKey && target.checked) {
      go(event, gaps()[0]);
    } else if (texts.includes(target) && event.key === "Tab") {
      go(event, event.shiftKey ? previous(target) : next(target));
    } else if (texts.includes(target) && event.key === "Enter" && (target === texts[0] || isSelected(target))) {
      go(event, next(target));
    }
  });

  // Arrow keys pass through the kinds one by one, and must not be led away; a click has chosen.
  let pointed = false;
  form.addEventListener("pointerdown", () => {
    pointed = true;
  });
  form.addEventListener("keydown", () => {
    pointed = false;
  });
  form.addEventListener("change", (event) => {
    show();
    if (event.target.name === "category" && pointed && gaps().length) select(gaps()[0]);
  });
  form.addEventListener("input", show);
  texts[0].addEventListener("blur", carryOver);
  document.getElementById("gaps-next").addEventListener("click", () => {
    if (gaps().length) select(gaps()[0]);
  });
  show();
  const isFresh = form.elements.version.value === "0" && !document.querySelector(".error-summary");
  if (isFresh && form.querySelector('input[name="category"]:checked') && gaps().length) select(gaps()[0]);
})();

"use strict";

// The texts in other languages. A template's translation goes along as long as the Japanese is the template with its
// 〔 〕 filled in; what somebody has written is never touched.
window.kokuchiTranslations = (() => {
  const box = document.getElementById("translations");
  const GAP = /〔[^〕]*〕/g;
  const JAPANESE = /[々〇ぁ-ヿ一-鿿０-９Ａ-Ｚａ-ｚ]/;
  const japanese = ["headline", "body"].map((id) => document.getElementById(id));
  const blocks = [...box.querySelectorAll(".translation")].map((element) => ({
    element,
    code: element.dataset.language,
    fields: [...element.querySelectorAll(".input")],
    filled: null,
  }));

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  // Returns what stands in each 〔 〕 of a template, or null for a text that is not this template any more.
  const gapsOf = (template, text) => {
    const names = template.match(GAP) || [];
    const pattern = template.split(GAP).map(escaped).join("(.*?)");
    const found = text.trim().match(new RegExp(`^${pattern}$`, "s"));
    return found && names.map((name, index) => [name, found[index + 1]]);
  };

  // Words that only Japanese readers know stay in their 〔 〕, so that they are not sent by mistake.
  const inPlaceOf = (value) => (JAPANESE.test(value) ? `〔${value.replace(/[〔〕]/g, "")}〕` : value);

  const wordings = (category) => {
    const found = ["headline", "body"].map((part, index) => gapsOf(category.dataset[part], japanese[index].value));
    if (found.includes(null)) return {};
    const values = new Map(found.flat());
    const fill = (text) => text.replace(GAP, (name) => (values.has(name) ? inPlaceOf(values.get(name)) : name));
    const templates = Object.entries(JSON.parse(category.dataset.translations));
    return Object.fromEntries(templates.map(([code, texts]) => [code, texts.map(fill)]));
  };

  const isUntouched = ({ fields, filled }) =>
    fields.every((field, index) => field.value.trim() === "" || field.value === filled?.[index]);

  const showState = () => {
    const names = blocks
      .filter(({ fields }) => fields.some((field) => field.value.trim() !== ""))
      .map(({ element }) => element.dataset.name);
    const state = names.length ? `　${names.join("・")}` : "";
    const shown = document.getElementById("translations-state");
    if (shown.textContent !== state) shown.textContent = state;
    const isOpen = (field) => field.value.includes("〔");
    const left = blocks.filter(({ fields }) => fields.some(isOpen)).map(({ element }) => element.dataset.name);
    // As long as the Japanese has gaps itself, there is nothing to decide about its translations.
    const asked = left.length > 0 && !japanese.some(isOpen);
    document.getElementById("translations-gaps").hidden = !asked;
    const note = asked ? `${left.join("・")}の文面に、日本語の言葉が〔 〕で残っています。` : "";
    const place = document.getElementById("translations-gaps-text");
    if (place.textContent !== note) place.textContent = note;
  };

  const fillFrom = (category) => {
    const texts = wordings(category);
    for (const block of blocks) {
      if (block.isCleared || !isUntouched(block)) continue;
      block.filled = texts[block.code] || null;
      block.fields.forEach((field, index) => {
        field.value = block.filled?.[index] ?? "";
      });
    }
    showState();
  };

  const clear = (block) => {
    block.isCleared = true;
    for (const field of block.fields) field.value = "";
    block.fields[0].dispatchEvent(new Event("input", { bubbles: true }));
  };

  const show = (button, act) => {
    button.hidden = false;
    button.addEventListener("click", act);
  };

  show(document.getElementById("translations-clear"), () => blocks.forEach(clear));
  show(document.getElementById("translations-without"), () => {
    blocks.forEach(clear);
    box.querySelector("summary").focus();
  });
  for (const block of blocks) show(block.element.querySelector(".translation-clear"), () => clear(block));
  box.addEventListener("input", showState);

  // A form that comes back with its texts: those that are the template's are the template's still.
  const category = document.querySelector('input[name="category"]:checked');
  if (category) {
    const texts = wordings(category);
    for (const block of blocks) {
      const isTemplate = block.fields.every((field, index) => field.value === texts[block.code]?.[index]);
      if (isTemplate) block.filled = texts[block.code];
      else if (japanese.some((field) => field.value.trim() !== "")) block.isCleared = isUntouched(block);
    }
  }
  showState();
  return { fillFrom, gapsOf };
})();

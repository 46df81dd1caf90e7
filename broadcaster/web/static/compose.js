"use strict";

// Fills in templates and shows what the household will see.
(() => {
  const form = document.getElementById("alert-form");
  const { fillFrom } = window.kokuchiTranslations;
  const texts = [document.getElementById("headline"), document.getElementById("body")];
  const GAP = /〔[^〕]*〕/g;
  const filled = new Map();

  const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`);
  const setText = (id, text) => {
    document.getElementById(id).textContent = text;
  };

  const fill = (category) => {
    for (const field of texts) {
      const template = category.dataset[field.id];
      const untouched = field.value.trim() === "" || field.value === filled.get(field);
      if (untouched) {
        field.value = template;
        filled.set(field, field.value);
      }
    }
    fillFrom(category);
    const level = form.querySelector(`input[name="level"][value="${category.dataset.level}"]`);
    if (level && (!chosen("level") || chosen("level").value === filled.get("level"))) {
      level.checked = true;
      filled.set("level", level.value);
    }
  };

  const showGaps = () => {
    const number = texts.reduce((sum, field) => sum + (field.value.match(GAP) || []).length, 0);
    document.getElementById("gaps").hidden = number === 0;
    const text = `書きかえるところが、あと${number}か所あります。`;
    if (document.getElementById("gaps-text").textContent !== text) setText("gaps-text", text);
  };

  const showScreen = () => {
    const screen = document.getElementById("screen");
    const level = chosen("level") || form.querySelector(`input[name="level"][value="${chosen("category")?.dataset.level || "notice"}"]`);
    screen.className = `screen screen-${level.value}`;
    screen.classList.toggle("screen-drill", Boolean(chosen("drill")));
    setText("screen-level", level.dataset.word);
    for (const field of texts) setText(`screen-${field.id}`, field.value.trim());
    const category = chosen("category");
    if (category) {
      setText("screen-contact", category.dataset.contact);
      setText("screen-telephone", category.dataset.telephone);
    }
  };

  const show = () => {
    showGaps();
    showScreen();
  };

  const selectGap = (field, from) => {
    const position = field.value.slice(from).search(GAP);
    if (position < 0) return false;
    const start = from + position;
    field.focus();
    field.setSelectionRange(start, field.value.indexOf("〕", start) + 1);
    return true;
  };

  document.getElementById("gaps-next").addEventListener("click", () => {
    texts.some((field) => selectGap(field, 0));
  });

  form.addEventListener("change", (event) => {
    if (event.target.name === "category") fill(event.target);
    show();
  });
  form.addEventListener("input", (event) => {
    if (texts.includes(event.target) && chosen("category")) fillFrom(chosen("category"));
    show();
  });

  const category = chosen("category");
  for (const field of texts) {
    if (category && field.value === category.dataset[field.id]) filled.set(field, field.value);
  }
  if (category && chosen("level")?.value === category.dataset.level) filled.set("level", category.dataset.level);
  show();
})();

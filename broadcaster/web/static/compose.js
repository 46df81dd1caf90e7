"use strict";

// Fills in templates, shows level, drill and contact as the household will see them, and offers what is shorter than a
// kind's validity.
(() => {
  const form = document.getElementById("alert-form");
  const { fillFrom } = window.kokuchiTranslations;
  const texts = [document.getElementById("headline"), document.getElementById("body")];
  const validity = document.getElementById("valid_hours");
  const filled = new Map();

  const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`);

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

  const showScreen = () => {
    const screen = document.getElementById("screen");
    const level = chosen("level") || form.querySelector(`input[name="level"][value="${chosen("category")?.dataset.level || "notice"}"]`);
    screen.className = `screen screen-${level.value}`;
    screen.classList.toggle("screen-drill", Boolean(chosen("drill")));
    document.getElementById("screen-level").textContent = level.dataset.word;
    const category = chosen("category");
    if (category) {
      document.getElementById("screen-contact").textContent = category.dataset.contact;
      document.getElementById("screen-telephone").textContent = category.dataset.telephone;
    }
  };

  const showValidity = () => {
    const kind = chosen("category")?.dataset;
    const [usual, ...shorter] = validity.options;
    usual.textContent = kind ? `種別のとおり（${kind.validity}）` : "種別のとおり";
    for (const option of shorter) {
      option.disabled = Boolean(kind) && Number(option.value) >= Number(kind.hours);
      option.hidden = option.disabled;
      if (option.selected && option.disabled) usual.selected = true;
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "category") fill(event.target);
    showScreen();
    showValidity();
  });
  form.addEventListener("input", (event) => {
    if (texts.includes(event.target) && chosen("category")) fillFrom(chosen("category"));
  });

  const category = chosen("category");
  // Somebody was faster than this script.
  const isEmpty = texts.every((field) => field.value === "") && !document.querySelector(".error-summary");
  if (category && isEmpty) fill(category);
  for (const field of texts) {
    if (category && field.value === category.dataset[field.id]) filled.set(field, field.value);
  }
  if (category && chosen("level")?.value === category.dataset.level) filled.set("level", category.dataset.level);
  showScreen();
  showValidity();
})();

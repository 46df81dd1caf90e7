"use strict";

// Counts the characters of the fields that have a counter.
(() => {
  const form = document.getElementById("alert-form");
  const fields = [...form.querySelectorAll(".input")].filter((field) => document.getElementById(`${field.id}-count`));

  const count = (field) => {
    const counter = document.getElementById(`${field.id}-count`);
    const length = [...field.value.trim()].length;
    const maximum = Number(counter.dataset.maximum);
    const advised = Number(counter.dataset.advised || maximum);
    const tooLong = length > maximum;
    let advice = "";
    if (tooLong) advice = "　長すぎます";
    else if (length > advised) advice = `　${advised}文字をこえると、聞きとりにくくなります`;
    counter.textContent = `${length} / ${maximum}文字${advice}`;
    counter.classList.toggle("counter-over", tooLong);
    counter.classList.toggle("counter-long", !tooLong && length > advised);
  };

  const countAll = () => fields.forEach(count);

  form.addEventListener("input", countAll);
  // A template that is chosen fills fields in.
  form.addEventListener("change", countAll);
  countAll();
  document.querySelector(".error-summary")?.focus();
})();

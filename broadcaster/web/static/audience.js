"use strict";

// Counts whom the chosen audience reaches, and searches in the list of terminals.
(() => {
  const form = document.getElementById("alert-form");
  const terminals = [...document.querySelectorAll("#terminal-list .check")];
  const search = document.getElementById("terminal-search");

  const checked = (name) => new Set([...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value));

  const reached = {
    all: () => terminals.length,
    areas: () => {
      const areas = checked("areas");
      return terminals.filter((terminal) => areas.has(terminal.dataset.area)).length;
    },
    groups: () => {
      const groups = checked("groups");
      return terminals.filter((terminal) => terminal.dataset.groups.split(" ").some((group) => groups.has(group))).length;
    },
    terminals: () => checked("terminals").size,
  };

  const showReach = () => {
    const kind = form.querySelector('input[name="audience"]:checked')?.value;
    const count = String(kind ? reached[kind]() : 0);
    const place = document.getElementById("reach-count");
    if (place.textContent !== count) place.textContent = count;
  };

  const filter = () => {
    const words = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const terminal of terminals) {
      const text = terminal.textContent.normalize("NFKC").toLowerCase();
      terminal.hidden = !words.every((word) => text.includes(word));
      if (!terminal.hidden) found += 1;
    }
    document.getElementById("terminal-none").hidden = found > 0 || terminals.length === 0;
  };

  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("change", showReach);
  document.getElementById("terminal-search-field").hidden = false;
  document.getElementById("reach").hidden = false;
  showReach();
})();

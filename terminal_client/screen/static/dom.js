// The few things that are done to elements. Text from an alert only ever becomes textContent.

export const byId = (id) => document.getElementById(id);

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export function setFlag(target, name, isSet) {
  target.toggleAttribute(`data-${name}`, isSet);
}

const pictograms = new Set(document.body.dataset.pictograms.split(" "));

export const pictogram = (category) =>
  `/static/pictograms/${pictograms.has(category) ? category : "general"}.svg`;

// While the event goes down: a page that it opens must not hear it too and close again.
export function onEscape(page, act) {
  document.addEventListener("keydown", ({ key }) => key === "Escape" && !page.hidden && act(), true);
}

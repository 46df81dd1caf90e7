// Alerts as cards that open them.

import { keyOf } from "./acts.js";
import { element, pictogram, setFlag } from "./dom.js";
import { secondHeadline } from "./second.js";
import { age } from "./times.js";

export const isWithdrawn = (card) => card.withdrawn || card.type === "Cancel";

// Draws the cards of a list anew; whoever had the focus on one still has it there.
export function drawCards(list, cards, onOpen) {
  const focused = document.activeElement?.dataset.key;
  const now = new Date();
  list.replaceChildren(...cards.map((card) => cardButton(card, now, onOpen)));
  [...list.children].find((button) => button.dataset.key === focused)?.focus({ preventScroll: true });
}

function cardButton(card, now, onOpen) {
  const withdrawn = isWithdrawn(card);
  const unconfirmed = !card.confirmed && !withdrawn;
  const picture = element("img", "pictogram");
  picture.src = pictogram(card.category);
  picture.alt = "";
  const marks = [];
  if (card.drill) marks.push(element("strong", "mark drill-mark", "訓練"));
  if (withdrawn) marks.push(element("strong", "mark withdrawn", "取り消されました"));
  else if (card.expired) marks.push(element("strong", "mark expired", "期限は過ぎました"));
  if (unconfirmed) marks.push(element("strong", "mark unconfirmed", "まだ聞いていません"));
  const button = element(
    "button",
    "card",
    picture,
    element("span", "card-kind", card.event),
    element("span", "card-age", age(new Date(card.sent), now)),
    element("span", "card-headline", card.headline),
    ...secondHeadline(card.second),
    element("span", "marks", ...marks),
  );
  button.type = "button";
  button.dataset.key = keyOf(card);
  button.dataset.level = card.level;
  setFlag(button, "withdrawn", withdrawn);
  setFlag(button, "expired", card.expired && !withdrawn);
  setFlag(button, "unconfirmed", unconfirmed);
  button.addEventListener("click", () => onOpen(card));
  return button;
}

// Dates and times as they are said in the town, wherever the terminal believes that it stands.

const timeZone = document.body.dataset.timeZone;

const formatter = new Intl.DateTimeFormat("ja-JP", {
  timeZone,
  year: "numeric",
  month: "numeric",
  day: "numeric",
  weekday: "short",
  hour: "numeric",
  minute: "2-digit",
  hourCycle: "h23",
});

const DAY = 24 * 60 * 60 * 1000;

export function parts(moment) {
  return Object.fromEntries(formatter.formatToParts(moment).map(({ type, value }) => [type, value]));
}

const dayOf = ({ year, month, day }) => Date.UTC(year, month - 1, day);
const timeIn = ({ hour, minute }) => `${Number(hour)}時${minute.padStart(2, "0")}分`;
const dateIn = ({ month, day, weekday }) => `${month}月${day}日(${weekday})`;

export const dateOf = (moment) => dateIn(parts(moment));

export const dateAndTime = (moment) => `${dateOf(moment)} ${timeIn(parts(moment))}`;

export function age(moment, now) {
  const then = parts(moment);
  const days = Math.round((dayOf(parts(now)) - dayOf(then)) / DAY);
  if (days === 0) return `きょう ${timeIn(then)}`;
  if (days === 1) return `きのう ${timeIn(then)}`;
  return dateIn(then);
}

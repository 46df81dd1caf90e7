// A sentence of an alert, with kana above some of its words.

import { element } from "./dom.js";
import { phraseEnds } from "./phrases.js";

// What is longer, as what somebody is quoted with, is broken wherever the line ends.
const LONGEST_PHRASE = 12;

// `parts` joined are the sentence, each with the kana above it or null. Who has it read aloud by the browser hears it
// once, without the kana.
export function sentenceSpan(parts) {
  const text = parts.map(([part]) => part).join("");
  return element("span", "", ...(parts.some(([, kana]) => kana) ? phrasesOf(parts, phraseEnds(text)) : [text]));
}

function phrasesOf(parts, ends) {
  const phrases = [[]];
  let place = 0;
  for (const [text, kana] of parts) {
    for (const piece of kana ? [text] : cut(text, place, ends)) {
      phrases.at(-1).push([piece, kana]);
      place += piece.length;
      if (ends.has(place)) phrases.push([]);
    }
  }
  return phrases.flatMap(drawn);
}

function cut(text, place, ends) {
  const inside = [...ends].map((end) => end - place).filter((end) => 0 < end && end < text.length);
  const cuts = [0, ...inside.sort((one, other) => one - other), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

function drawn(pieces) {
  const content = pieces.map(([text, kana]) => (kana ? ruby(text, kana) : text));
  const letters = pieces.reduce((sum, [text]) => sum + text.length, 0);
  return letters <= LONGEST_PHRASE ? [element("span", "phrase", ...content)] : content;
}

function ruby(text, kana) {
  const above = element("rt", "", kana);
  above.ariaHidden = "true";
  return element("ruby", "", text, above);
}

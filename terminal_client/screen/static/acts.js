// What the page tells the terminal.

const LONGEST_PAUSE = 10_000;

export const keyOf = (card) => `${card.alert} ${card.revision}`;

export const tell = (act, card) => post(act, { alert: card.alert, revision: card.revision });

// Tells whether the terminal has heard and kept it.
export async function post(path, body) {
  try {
    const response = await fetch(`/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.status === 204;
  } catch {
    return false;
  }
}

// Louder or softer by so many percent.
export async function changeVolume(change) {
  await fetch("/volume", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ change }),
  });
}

async function tellUntilHeard(act, card) {
  for (let pause = 500; !(await tell(act, card)); pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

const reported = new Set();

// Says that an alert has been displayed, once, when its pixels are there and somebody could see them.
export async function reportDisplayed(card, isStillShown) {
  const key = keyOf(card);
  await document.fonts.ready;
  await painted();
  if (reported.has(key) || document.visibilityState !== "visible" || !isStillShown()) return;
  reported.add(key);
  await tellUntilHeard("displayed", card);
}

// Tells the terminal that this page still draws: a frozen one is noticed, and the kiosk's browser started anew.

const PING_EVERY = 10_000;

// A page inside another one, as the demonstration's wall has it, may be out of sight, where no frame is ever drawn.
const drawn = () =>
  window.parent === window ? new Promise((resolve) => requestAnimationFrame(resolve)) : Promise.resolve();

async function say(visible) {
  try {
    await fetch("/alive", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ visible }),
      keepalive: true,
    });
  } catch {
    // The terminal is away; the next word reaches it, or the page's stream tells that it is gone.
  }
}

export async function ping() {
  if (document.visibilityState !== "visible") return;
  await drawn();
  await say(true);
}

// Now and again from now on; `ping` says it at once, as to a terminal that has just come back.
export function tellThatItDraws() {
  setInterval(ping, PING_EVERY);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? ping() : say(false)));
}

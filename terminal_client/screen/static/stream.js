// The terminal's events. A browser reopens a broken stream by itself, but gives up when the server answers with an error.

const LOST_AFTER = 3000;
const REOPEN_AFTER = 2000;

export function watch(handlers, { onLost, onFound }) {
  let lostTimer = null;

  const lose = () => {
    lostTimer ??= setTimeout(onLost, LOST_AFTER);
  };

  const open = () => {
    const source = new EventSource("/events");
    for (const [kind, handle] of Object.entries(handlers)) {
      source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
    }
    source.addEventListener("open", () => {
      clearTimeout(lostTimer);
      lostTimer = null;
      onFound();
    });
    source.addEventListener("error", () => {
      lose();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_AFTER);
    });
  };

  open();
}

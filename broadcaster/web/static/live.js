"use strict";

// Keeps a page up to date: the server sends the insides of the elements that have changed, by their ids.
(() => {
  const main = document.querySelector("[data-live]");
  const status = document.getElementById("live-status");
  let source = null;

  const say = (text) => {
    if (status && status.textContent !== text) status.textContent = text;
  };

  const looksAlike = (element, html) => {
    const other = document.createElement(element.tagName);
    other.innerHTML = html;
    return other.innerHTML === element.innerHTML;
  };

  const newRow = (id) => {
    const rows = document.querySelector("[data-live-rows]");
    if (!rows) return null;
    const row = document.createElement("tr");
    row.id = id;
    row.setAttribute("role", "row");
    rows.prepend(row);
    return row;
  };

  const replace = (element, html) => {
    if (looksAlike(element, html)) return;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const [link, id] = [focused?.getAttribute("href"), focused?.id];
    element.innerHTML = html;
    if (link) element.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
    if (id) document.getElementById(id)?.focus();
  };

  const show = (parts) => {
    // New rows are put on top one after the other, so the oldest has to come first.
    for (const [id, html] of Object.entries(parts).reverse()) {
      const element = document.getElementById(id) || newRow(id);
      if (element) replace(element, html);
      else if (main.hasAttribute("data-live-empty")) location.reload();
    }
    document.dispatchEvent(new Event("live"));
  };

  const start = () => {
    if (source) return;
    source = new EventSource(main.dataset.live);
    source.onopen = () => say("自動で更新しています");
    source.onmessage = (event) => show(JSON.parse(event.data));
    source.onerror = () => {
      const closed = source.readyState === EventSource.CLOSED;
      say(closed ? "自動更新が止まりました。ページを読みこみなおしてください" : "自動更新が途切れました。つなぎなおしています");
    };
  };

  const stop = () => {
    source?.close();
    source = null;
  };

  // A browser holds few connections to one host: pages that nobody looks at give theirs back. Where new wishes are to
  // be heard (bell.js) the page that was looked at last keeps its own.
  const LISTENER = "kokuchi-listener";
  const self = String(Math.random());

  const rest = () => {
    if (localStorage.getItem("kokuchi-bell") === "on") localStorage.setItem(LISTENER, self);
    else stop();
  };

  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === LISTENER && newValue !== self && document.hidden) stop();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : start()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", () => document.hidden || start());
  if (!document.hidden) start();
})();

"use strict";

// Keeps what is written at the centre while it is written, and tells who comes second.
(() => {
  const form = document.getElementById("alert-form");
  const status = document.getElementById("draft-status");
  const notice = document.getElementById("draft-moved");
  const identifier = form.elements.identifier;
  const version = form.elements.version;
  const PAUSE = 1000;
  const AGAIN = 5000;
  const SMALL = 60_000;
  // These are no part of the alert, and change by themselves.
  const BESIDES = ["csrf", "identifier", "version", "words"];
  let timer = null;
  let saving = null;
  let isMoved = document.getElementById("moved-notice") !== null;
  let isLoggedOut = false;
  let isUnreachable = false;

  const fields = () => {
    const found = new URLSearchParams(new FormData(form));
    for (const name of BESIDES) found.delete(name);
    return found;
  };

  const originalValue = (field) => {
    if (field.type !== "select-one") return field.defaultValue;
    const options = [...field.options];
    return (options.find((option) => option.defaultSelected) ?? options[0]).value;
  };

  // What the page came with; somebody may have typed before this script was there.
  const original = () => {
    const found = new URLSearchParams();
    for (const field of form.elements) {
      const isChoice = ["radio", "checkbox"].includes(field.type);
      const counts = field.name && !BESIDES.includes(field.name) && !["submit", "button"].includes(field.type);
      if (counts && (!isChoice || field.defaultChecked)) found.append(field.name, isChoice ? field.value : originalValue(field));
    }
    return found;
  };

  const address = () => `/drafts/${identifier.value}`;
  let kept = original().toString();
  // What was sent and not answered may have been kept: it is sent once more as it was before anything newer.
  let unanswered = null;

  const say = (...parts) => {
    const text = parts.map((part) => part.textContent ?? part).join("");
    if (status.textContent !== text) status.replaceChildren(...parts);
  };

  const body = (text, seen = version.value) =>
    new URLSearchParams([["csrf", form.elements.csrf.value], ["version", seen], ...new URLSearchParams(text)]);

  const login = () => {
    const link = document.createElement("a");
    link.href = `/login?next=${encodeURIComponent(version.value === "0" ? "/drafts" : address())}`;
    link.target = "_blank";
    link.textContent = "別の画面でログイン";
    return link;
  };

  // A new session has a new token; the page goes on with it. Somebody may also have lost the right to send meanwhile.
  const takeToken = async () => {
    const response = await fetch("/drafts/token");
    if (response.status === 403) return "refused";
    if (!response.ok || response.redirected) return "none";
    const { csrf } = await response.json();
    const isNew = csrf !== form.elements.csrf.value;
    for (const input of document.querySelectorAll('input[name="csrf"]')) input.value = csrf;
    return isNew ? "new" : "none";
  };

  const tell = ({ notice: html, fresh }) => {
    isMoved = true;
    notice.innerHTML = html;
    document.getElementById("moved-keep").addEventListener("click", () => {
      [identifier.value, version.value, kept, unanswered, isMoved] = [fresh, "0", "", null, false];
      notice.replaceChildren();
      document.getElementById("headline").focus();
      save();
    });
    say("まだ保存していません");
    document.getElementById("moved-notice").focus();
  };

  const send = async (text) => {
    // A browser finishes a small request even if its page is left.
    const keepalive = text.length < SMALL;
    const response = await fetch(address(), { method: "POST", body: body(text), keepalive });
    isUnreachable = false;
    const isOurs = !response.redirected && response.headers.get("content-type")?.startsWith("application/json");
    const answer = isOurs ? await response.json() : {};
    if (response.ok && isOurs) {
      version.value = String(answer.version);
      [kept, unanswered, isLoggedOut] = [text, null, false];
      say(`下書きを保存しました ${answer.saved}`);
      // From now on this page is the draft's: going back or reloading leads to what was kept.
      history.replaceState(null, "", address());
      return true;
    }
    if (response.status === 409 && isOurs) {
      tell(answer);
    } else if (response.redirected || response.status === 403) {
      const session = await takeToken();
      if (session === "new") return send(text);
      isLoggedOut = true;
      if (session === "refused") say("このアカウントでは、お知らせを作れなくなりました。書いた文はこの画面に残っています。管理者に確かめてください。");
      else say("ログインの時間が切れました。書いた文はこの画面に残っています。", login(), "すると、自動で保存します。");
    } else {
      say(`下書きを保存できません。${answer.message || ""}もう一度ためします。`);
    }
    return false;
  };

  const attempt = async () => {
    if (unanswered !== null && !(await send(unanswered))) return;
    while (!isMoved && fields().toString() !== kept) {
      unanswered = fields().toString();
      if (!(await send(unanswered))) return;
    }
  };

  const save = () => {
    clearTimeout(timer);
    if (isMoved || (fields().toString() === kept && unanswered === null)) return Promise.resolve();
    saving ||= attempt()
      .catch((error) => {
        if (!(error instanceof TypeError)) throw error;
        isUnreachable = true;
        say("つながらないため、下書きを保存できません。書いた文はこの画面に残っています。もう一度ためします。");
      })
      .finally(() => {
        saving = null;
        if (!isMoved && fields().toString() !== kept) timer = setTimeout(save, AGAIN);
      });
    return saving;
  };

  const changed = () => {
    if (saving || isMoved) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  const leave = () => {
    const text = fields().toString();
    if (isMoved || text === kept) return;
    // What is on its way will be one version more by then. The same text goes once more, which does no harm: a request
    // that is under way may end with its page.
    const isNewer = saving && text !== unanswered;
    navigator.sendBeacon(address(), body(text, isNewer ? String(Number(version.value) + 1) : version.value));
    unanswered = text;
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  if (fields().toString() !== kept) changed();
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && save());
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", save);

  form.addEventListener("submit", async (event) => {
    if (isMoved || (fields().toString() === kept && !isLoggedOut)) return;
    event.preventDefault();
    const button = event.submitter;
    await save();
    await save();
    // Without a session or a connection the text would be lost; whatever else is wrong, the next page can do without.
    if (isLoggedOut || isUnreachable || isMoved) {
      (document.getElementById("moved-notice") || status).scrollIntoView({ block: "center" });
      return;
    }
    kept = fields().toString();
    form.requestSubmit(button);
  });
})();

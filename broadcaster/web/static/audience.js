"use strict";

// Tells whom the chosen audience reaches, and searches for single terminals.
(() => {
  const form = document.getElementById("alert-form");
  const words = document.getElementById("terminal-words");
  const foundList = document.getElementById("terminal-found");
  const chosenList = document.getElementById("terminal-chosen");
  const PAUSE = 250;
  let timer = null;
  let latest = 0;
  let latestSearch = 0;

  const answerTo = async (request) => {
    const response = await request;
    return response.ok && !response.redirected ? response.json() : null;
  };

  const showReach = async () => {
    latest += 1;
    const own = latest;
    const body = new URLSearchParams(new FormData(form));
    const reach = await answerTo(fetch("/alerts/reach", { method: "POST", body })).catch(() => null);
    if (!reach || own !== latest) return;
    document.getElementById("reach-count").textContent = String(reach.terminals);
    document.getElementById("reach-words").textContent = reach.words;
  };

  const item = ({ id, household, about }, act, word) => {
    const [element, name, quiet, button] = ["li", "span", "span", "button"].map((tag) => document.createElement(tag));
    name.className = "terminal-name";
    quiet.className = "quiet";
    quiet.textContent = about;
    name.append(household, quiet);
    Object.assign(button, { type: "submit", name: act, value: id, textContent: word, className: "button button-secondary" });
    button.setAttribute("formaction", "/alerts/new");
    button.setAttribute("aria-label", `${household}を${word}`);
    element.append(name, button);
    return element;
  };

  const terminalOf = (button) => {
    const name = button.closest("li").querySelector(".terminal-name");
    return { id: button.value, household: name.firstChild.textContent, about: name.lastChild.textContent };
  };

  const isChosen = (id) => [...chosenList.querySelectorAll("input")].some((input) => input.value === id);

  const changed = () => form.dispatchEvent(new Event("change"));

  const add = (button) => {
    const terminal = terminalOf(button);
    const element = item(terminal, "remove", "外す");
    element.prepend(Object.assign(document.createElement("input"), { type: "hidden", name: "terminals", value: terminal.id }));
    if (!isChosen(terminal.id)) chosenList.append(element);
    const neighbour = button.closest("li").nextElementSibling;
    button.closest("li").remove();
    (neighbour?.querySelector("button") || words).focus();
    changed();
  };

  const remove = (button) => {
    const neighbour = button.closest("li").nextElementSibling || button.closest("li").previousElementSibling;
    button.closest("li").remove();
    (neighbour?.querySelector("button") || words).focus();
    changed();
  };

  const search = async () => {
    latestSearch += 1;
    const own = latestSearch;
    const query = new URLSearchParams({ words: words.value });
    const answer = await answerTo(fetch(`/alerts/terminals?${query}`)).catch(() => null);
    if (own !== latestSearch) return;
    const terminals = answer?.terminals || [];
    foundList.replaceChildren(
      ...terminals
        .filter(({ id }) => !isChosen(id))
        .map(({ id, household, area }) => item({ id, household, about: `${area}　${id}` }, "add", "選ぶ")),
    );
    let note = "";
    if (!answer) note = "さがせません。つながりを確かめてください。";
    else if (answer.more) note = "ほかにもあります。言葉を足して、しぼりこんでください。";
    else if (words.value.trim() && !terminals.length) note = "あてはまる端末がありません。";
    document.getElementById("terminal-note").textContent = note;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const act = { add, remove }[button?.name] || (button?.id === "terminal-search" ? search : null);
    if (!act) return;
    event.preventDefault();
    act(button);
  });
  words?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    search();
  });
  words?.addEventListener("input", (event) => {
    // What is searched for is no part of the alert.
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  words?.addEventListener("change", (event) => event.stopPropagation());
  form.addEventListener("change", showReach);
})();

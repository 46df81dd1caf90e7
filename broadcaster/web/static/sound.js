"use strict";

// Plays what is written before it is sent, and shows how it is read.
(() => {
  const form = document.getElementById("alert-form");
  const button = document.getElementById("sound-button");
  const player = document.getElementById("sound-player");
  const status = document.getElementById("sound-status");
  const reading = document.getElementById("sound-reading");
  const preview = form.dataset.preview || "/alerts";
  let address = null;

  const ask = async (path, language = "") => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("language", language);
    const response = await fetch(path, { method: "POST", body: fields });
    if (response.ok && !response.redirected) return response;
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    throw new Error(isJson ? (await response.json()).message : "音声を作れません。ページを読みこみなおしてください。");
  };

  const showReading = async () => {
    const kana = await (await ask(`${preview}/preview-reading`)).json();
    document.getElementById("sound-reading-headline").textContent = kana.headline;
    document.getElementById("sound-reading-body").textContent = kana.body;
    reading.hidden = false;
  };

  const play = async (language) => {
    const sound = await (await ask(`${preview}/preview-sound`, language)).blob();
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(sound);
    player.src = address;
    player.hidden = false;
    await player.play();
  };

  const hear = async (pressed, language) => {
    pressed.disabled = true;
    status.textContent = "音声を作っています…";
    try {
      await Promise.all([play(language), language ? null : showReading()]);
      status.textContent = "";
    } catch (error) {
      const failedByNetwork = error instanceof TypeError;
      status.textContent = failedByNetwork ? "通信できません。つながりを確かめてください。" : error.message;
    } finally {
      pressed.disabled = false;
      pressed.focus();
    }
  };

  button.addEventListener("click", () => hear(button, ""));
  for (const other of document.querySelectorAll("[data-hear]")) {
    other.hidden = false;
    other.addEventListener("click", () => hear(other, other.dataset.hear));
  }

  document.getElementById("sound").hidden = false;
})();

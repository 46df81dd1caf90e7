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

  const ask = async (path) => {
    const response = await fetch(path, { method: "POST", body: new URLSearchParams(new FormData(form)) });
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

  const play = async () => {
    const sound = await (await ask(`${preview}/preview-sound`)).blob();
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(sound);
    player.src = address;
    player.hidden = false;
    await player.play();
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = "音声を作っています…";
    try {
      await Promise.all([play(), showReading()]);
      status.textContent = "";
    } catch (error) {
      const failedByNetwork = error instanceof TypeError;
      status.textContent = failedByNetwork ? "通信できません。つながりを確かめてください。" : error.message;
    } finally {
      button.disabled = false;
      button.focus();
    }
  });

  document.getElementById("sound").hidden = false;
})();

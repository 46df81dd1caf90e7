"use strict";

// Copies the text of an element. Browsers allow that on HTTPS and on this machine only; elsewhere one marks it by hand.
const copyButton = document.getElementById("copy");
if (navigator.clipboard) {
  copyButton.hidden = false;
  copyButton.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(copyButton.dataset.copy).textContent.trim());
    document.getElementById("copied").textContent = "コピーしました。";
  });
}

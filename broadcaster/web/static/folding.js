"use strict";

// On a small screen the long list of an alert's page is folded, unless somebody has asked for some of it.
(() => {
  const list = document.getElementById("delivery-list");
  const isWanted = () => location.hash === "#deliveries";
  if (matchMedia("(max-width: 56rem)").matches && !isWanted()) list.open = false;
  window.addEventListener("hashchange", () => {
    if (isWanted()) list.open = true;
  });
})();

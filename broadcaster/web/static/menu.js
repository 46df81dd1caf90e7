"use strict";

// Menus open and close by themselves (details); this closes one that is open when somebody turns to something else.
(() => {
  const menus = [...document.querySelectorAll("details.menu")];

  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && menus.find((each) => each.open);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  for (const menu of menus) {
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  }
})();

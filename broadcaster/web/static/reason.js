"use strict";

// Enter in the reason goes to its button: one key alone neither sends without approval nor shows the page again.
document.getElementById("alert-form").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.id !== "reason") return;
  event.preventDefault();
  document.getElementById("with-reason").focus();
});

"use strict";

// Says at once what a chosen time means: the sentence and the buttons are asked for anew, the rest stays as it is.
(() => {
  const form = document.getElementById("alert-form");
  const timing = document.getElementById("timing");
  const take = document.getElementById("timing-take");
  let asked = 0;

  const show = async () => {
    const turn = ++asked;
    const response = await fetch("/alerts/check", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== asked) return;
    for (const id of ["outlook", "decision"]) {
      const [here, there] = [document.getElementById(id), page.getElementById(id)];
      // Another page, such as the one to log in: only a whole step shows it.
      if (!there) return form.requestSubmit(take.querySelector("button"));
      here.replaceChildren(...there.childNodes);
    }
  };

  // Going back to this page after sending, or loading it anew, leads to the draft or to what has become of it,
  // and not to the browser's question whether to send the form again.
  if (form.elements.version.value !== "0") history.replaceState(null, "", `/drafts/${form.elements.identifier.value}`);
  take.hidden = true;
  timing.addEventListener("change", () => show().catch(() => (take.hidden = false)));
})();

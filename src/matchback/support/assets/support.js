// What the pages do beyond plain forms; without it everything works but copying, choosing all, and hiding fields.
"use strict";

document.querySelector("[data-first]")?.focus();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const said = button.nextElementSibling;
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      said.textContent = "Selected: copy it with Ctrl-C";
    }
  });
}

for (const form of document.querySelectorAll("form.search")) {
  const kind = form.elements.kind;
  const show = () => {
    for (const field of form.querySelectorAll("[data-for]")) {
      field.hidden = (field.dataset.for === "pair") !== (kind.value === "pair");
    }
  };
  kind.addEventListener("change", show);
  show();
}

for (const all of document.querySelectorAll("[data-all]")) {
  const boxes = () => all.form.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
}

// Keys for every control that has data-key, and moving through lists. Without this file every page
// still reads and decides.
"use strict";
(() => {
  const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select");
  const byKey = (key) =>
    [...document.querySelectorAll("[data-key]")].find((control) => control.dataset.key === key);
  const decide = document.getElementById("decide");
  let pending = null;

  function choose(button) {
    const reason = document.getElementById("reason");
    const of = document.getElementById("of");
    if ("of" in button.dataset && !of.value.trim()) { pending = button; of.focus(); return; }
    if ("asks" in button.dataset && !reason.value.trim()) { pending = button; reason.focus(); return; }
    decide.requestSubmit(button);
  }

  if (decide) {
    decide.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=outcome]");
      if (!button) return;
      const missing = ("asks" in button.dataset && !document.getElementById("reason").value.trim())
        || ("of" in button.dataset && !document.getElementById("of").value.trim());
      if (missing) { event.preventDefault(); choose(button); }
    });
    decide.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && typing(event.target)) {
        event.preventDefault();
        if (pending) choose(pending);
      }
    });
    // A form sent twice would tell the analyst of an item that is no longer hers.
    decide.addEventListener("submit", () => setTimeout(() =>
      decide.querySelectorAll("button").forEach((button) => { button.disabled = true; })));
  }

  function move(step) {
    const links = [...document.querySelectorAll("#items a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
  }

  function showKeys() {
    const dialog = document.getElementById("keys");
    const list = document.getElementById("keys-list");
    list.replaceChildren(...[...document.querySelectorAll("[data-key]")].flatMap((control) => {
      const term = document.createElement("dt");
      const what = document.createElement("dd");
      term.append(Object.assign(document.createElement("kbd"), { textContent: control.dataset.key }));
      what.textContent = (control.title ? control.value + ": " + control.title : "")
        || control.getAttribute("aria-label")
        || (control.labels && control.labels[0] && control.labels[0].textContent.trim())
        || control.textContent.trim();
      return [term, what];
    }));
    dialog.showModal();
  }

  // What is selected in the post goes along to where it can be proposed as a phrase.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-takes]");
    const selected = String(window.getSelection()).split(/\s+/).join(" ").trim();
    if (!link || !selected || selected.length > 120) return;
    const address = new URL(link.href);
    address.searchParams.set(link.dataset.takes, selected);
    link.href = address;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) { pending = null; event.target.blur(); return; }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const { help, down, up } = document.body.dataset;
    if (event.key === help) { event.preventDefault(); showKeys(); return; }
    if (event.key === down || event.key === up) {
      if (document.getElementById("items")) { event.preventDefault(); move(event.key === down ? 1 : -1); return; }
    }
    const control = byKey(event.key);
    if (!control) return;
    event.preventDefault();
    if (control.matches("button[name=outcome]")) choose(control);
    else if (control.matches("input, select")) control.focus();
    else control.click();
    // What a key unfolds is gone on with at once.
    if (control.matches("details[open] > summary")) control.parentElement.querySelector("button, input, select, textarea").focus();
  });
})();

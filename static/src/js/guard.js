// Warns before leaving only if something typed would be lost, and sends a form only once.
import { lostLines } from "./lines.js";
import { differing, fieldsOf, servedOf, sourceOf, valuesOf, writtenForms } from "./typed.js";
import { forgetElsewhere, unsentElsewhere } from "./windows.js";

// Lines look after themselves.
function isAlone(field) {
  const line = field.closest("[data-line]");
  return !line || !sourceOf(line);
}

function isUnsent(form) {
  if (form.dataset.sent !== undefined) return false;
  const changed = new Set(differing(valuesOf(form), servedOf(form)));
  return changed.size > 0 && fieldsOf(form).some((field) => changed.has(field.name) && isAlone(field));
}

// A page that shows what it has not saved: until one of its forms is sent, or another that takes it
// along (the buttons of the language).
function showsUnsaved() {
  const sent = [...document.querySelectorAll("form[data-sent]")];
  if (sent.some((form) => form.closest("main") || form.elements.carried)) return false;
  if (document.querySelector("form[data-unsaved]")) return true;
  return document.querySelector("main[data-unsaved]") !== null && writtenForms().some((form) => fieldsOf(form).length);
}

// What is pressed to leave without saving says so itself: it is not asked about again.
export const leaves = (event) =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.target.closest?.("a[data-leave]");
let leaving = false;

export function unsaved() {
  if (leaving) return false;
  return showsUnsaved() || lostLines().some((line) => line.closest("form[data-sent]") === null) || writtenForms().some(isUnsent);
}

function release() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-disabled="true"]')) {
      button.removeAttribute("aria-disabled");
    }
  }
}

export function startGuard() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get]")) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  document.addEventListener("click", (event) => { if (leaves(event)) leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; release(); });
  window.addEventListener("beforeunload", (event) => {
    if (!unsaved() && !unsentElsewhere()) return;
    event.preventDefault();
    forgetElsewhere();
    setTimeout(release); // whoever stays may press again
  });
}

// Warns before leaving only if something typed is not saved, and sends a form only once.
const changed = new Set();

export function unsaved() {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  return changed.size > 0 || document.querySelector('[data-saved][data-state="editing"], [data-saved][data-state="failed"]') !== null;
}

export function startGuard() {
  let leaving = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get]")) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-disabled", "true");
    changed.clear();
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll('[aria-disabled="true"]')) {
        button.removeAttribute("aria-disabled");
      }
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved()) event.preventDefault();
  });
}

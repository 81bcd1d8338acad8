// Brings people to what needs them: the summary of errors of a form that came back.
export function focusErrors(root) {
  const place = root.querySelector("[data-focus]:not([data-ready])");
  if (!place) return;
  place.dataset.ready = "";
  place.focus();
}

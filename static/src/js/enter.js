// Enter in a quantity of a line that saves itself means that line: it is saved (or said again, where
// it was refused), and one goes on from there. Without scripts it sends the whole page.
export function startEnter() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const field = event.target.closest?.("[data-line][hx-post] input[data-key]");
    if (!field) return;
    event.preventDefault();
    if (!event.repeat) field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// The booking page with the keyboard alone: arrows move between lines, / searches from outside them.
// No sign that can be typed is a shortcut inside a field: "6+6", "2-3" and "1/2" are text, and what
// they mean is for the server to ask.

function move(field, by) {
  const name = field.name.replace(/\d+/g, "#");
  const fields = [...document.querySelectorAll("input[data-key]")].filter(
    (other) => other.name.replace(/\d+/g, "#") === name && other.offsetParent !== null,
  );
  const next = fields[fields.indexOf(field) + by];
  if (!next) return;
  next.focus();
  next.select();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest("input[data-key]");
    if (field) {
      const act = {
        ArrowDown: () => move(field, 1),
        ArrowUp: () => move(field, -1),
      }[event.key];
      if (act) {
        event.preventDefault();
        act();
        return;
      }
    }
    if (event.key !== "/" || event.target.closest("textarea, select, input")) return;
    const search = document.querySelector("[data-filter]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });
}

// Scoring with the keyboard: figures give the mark, Enter goes to the next criterion, J and K to
// the next and the previous application, Ctrl+Enter to the sending, ? shows the list.
// Everything it does can be done with the mouse or with Tab and the arrows alone.
const PATIENCE = 700;
let typed = "";
let timer;

const criteria = () => [...document.querySelectorAll("[data-criterion]")];
const radios = (criterion) => [...criterion.querySelectorAll('input[type="radio"]:not(:disabled)')];

function current() {
  const here = document.activeElement?.closest("[data-criterion]");
  const open = (criterion) => radios(criterion).some((radio) => radio.checked && !radio.value);
  return here || criteria().find(open) || criteria()[0];
}

function give(figure) {
  const criterion = current();
  if (!criterion) return;
  clearTimeout(timer);
  typed += figure;
  timer = setTimeout(() => { typed = ""; }, PATIENCE);
  // "1" then "0" is 10 where the grid has it; otherwise the last figure counts alone.
  const find = (text) => radios(criterion).find((radio) => radio.value === text);
  const radio = find(typed) || find(figure);
  if (!radio) return;
  radio.focus();
  if (radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function goOn() {
  const all = criteria();
  const next = all[all.indexOf(current()) + 1];
  if (!next) {
    document.querySelector("[data-score-send]")?.focus();
    return;
  }
  const chosen = radios(next).find((radio) => radio.checked) || radios(next)[0];
  next.scrollIntoView({ block: "center" });
  chosen?.focus();
}

function help() {
  const list = document.querySelector("#score-keys")?.closest("details");
  if (!list) return;
  list.open = !list.open;
  if (list.open) list.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const writing = event.target.closest("textarea, select, input:not([type=radio])");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    document.querySelector("[data-score-send]")?.click();
    return;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9]$/.test(event.key)) {
    event.preventDefault();
    give(event.key);
    return;
  }
  const link = { j: "[data-score-after]", k: "[data-score-before]" }[event.key.toLowerCase()];
  if (link) document.querySelector(link)?.click();
  else if (event.key === "?") help();
  else if (event.key === "Enter" && event.target.matches('input[type="radio"]')) {
    event.preventDefault();
    goOn();
  }
}

export function startScoring() {
  if (document.querySelector("[data-score]")) document.addEventListener("keydown", press);
}

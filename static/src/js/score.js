// Scoring with the keyboard: figures give the mark (with a comma or a point where there are half
// ones), the arrows the mark beside, Delete takes it away, Enter goes to the next criterion, J and K
// to the next and the previous application, Ctrl+Enter to the sending, ? shows the list.
// Everything it does can be done with the mouse or with Tab, Space and the arrows alone.
import { words } from "./words.js";

// How long a figure waits for the next one (who writes "1", looks for the key and writes "0" means
// 10), and how long what leads to no mark waits before the next figure begins anew.
const PATIENCE = 2000;
const DEAD_END = 700;
// What was typed of one mark, and at which criterion: figures of one never belong to another.
let typed = "";
let where = null;
let timer;

function forget() {
  clearTimeout(timer);
  typed = "";
  where = null;
}

const criteria = () => [...document.querySelectorAll("[data-criterion]")];
const radios = (criterion) => [...criterion.querySelectorAll('input[type="radio"]:not(:disabled)')];

function current() {
  const here = document.activeElement?.closest("[data-criterion]");
  const open = (criterion) => radios(criterion).some((radio) => radio.checked && !radio.value);
  return here || criteria().find(open);
}

// What was typed and is no mark of the grid stands beside it, with what stays; the next mark
// takes it away.
function say(criterion, text) {
  const place = criterion.querySelector("[data-mark-wrong]");
  const marks = radios(criterion).filter((radio) => radio.value);
  const stays = marks.find((radio) => radio.checked);
  place.textContent = text ? words.noMark(text, marks.map((radio) => radio.value), stays?.value) : "";
}

// What was typed and is no mark is said when it is left, by time or by another key.
function leave() {
  if (typed && where && !radios(where).some((radio) => radio.value === typed)) say(where, typed);
  forget();
}

function choose(radio) {
  radio.focus();
  if (radio.checked) {
    radio.click(); // the same again: where it was not taken, clash.js sends it
    return;
  }
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

// What a sign makes of what was typed before: "1" and "0" are 10 where the grid has it, "4" and ","
// may become 4,5; a figure that leads to no mark begins anew, but never one after a comma, nor one
// after a figure that another could follow: where there is a 10, 11 is no second 1.
function joined(leads, sign) {
  const whole = typed + (sign === "," && !typed ? "0," : sign);
  if (leads(whole)) return whole;
  if (typed && (whole.includes(",") || [..."0123456789"].some((figure) => leads(typed + figure)))) return whole;
  return sign === "," ? "" : sign;
}

function give(sign) {
  const criterion = current();
  if (!criterion) return;
  if (criterion !== where) forget();
  clearTimeout(timer);
  where = criterion;
  const marks = radios(criterion).filter((radio) => radio.value);
  const leads = (text) => marks.some((radio) => radio.value.startsWith(text));
  typed = joined(leads, sign);
  const radio = marks.find((one) => one.value === typed);
  timer = setTimeout(leave, leads(typed) ? PATIENCE : DEAD_END);
  say(criterion, typed && !leads(typed) ? typed : "");
  if (radio) choose(radio);
  else if (!criterion.contains(document.activeElement)) radios(criterion).find((one) => one.checked)?.focus();
}

// The marks end at the lowest and at the highest: going on does not come round, and never takes
// the mark away.
function beside(here, by) {
  const marks = radios(here.closest("[data-criterion]")).filter((radio) => radio.value);
  const at = marks.indexOf(here);
  const next = at < 0 ? marks.at(by > 0 ? 0 : -1) : marks[at + by];
  if (next) choose(next);
}

function takeAway() {
  const none = current() && radios(current()).find((radio) => !radio.value);
  if (none) choose(none);
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
  if (/^[0-9.,]$/.test(event.key)) {
    event.preventDefault();
    give(event.key === "." ? "," : event.key);
    return;
  }
  if (event.key === "Shift") return;
  leave();
  const onMark = event.target.matches('[data-criterion] input[type="radio"]');
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const link = { j: "[data-score-after]", k: "[data-score-before]" }[event.key.toLowerCase()];
  if (by && onMark) {
    event.preventDefault();
    beside(event.target, by);
  } else if (link) document.querySelector(link)?.click();
  else if (event.key === "?") help();
  else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    takeAway();
  } else if (event.key === "Enter" && onMark) {
    event.preventDefault();
    goOn();
  }
}

// A sheet that was sent meanwhile takes no mark: the page goes back to those that stand.
function putBack() {
  const { stands } = document.querySelector("#sheet-state")?.dataset ?? {};
  if (!stands) return;
  for (const [name, mark] of Object.entries(JSON.parse(stands))) {
    for (const radio of document.querySelectorAll(`input[type=radio][name="${CSS.escape(name)}"]`)) {
      radio.checked = radio.value === mark;
      radio.disabled = true;
    }
  }
}

export function startScoring() {
  if (!document.querySelector("[data-score]")) return;
  document.addEventListener("keydown", press);
  document.addEventListener("htmx:finally:request", putBack);
  document.addEventListener("change", (event) => {
    const criterion = event.target.type === "radio" && event.target.closest("[data-criterion]");
    if (criterion) say(criterion, "");
  });
}

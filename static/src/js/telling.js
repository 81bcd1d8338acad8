// What a line ([data-line]) says of itself: whether it is saved, since when, and what is wrong with it.
import { words } from "./words.js";

const told = new WeakMap(); // line: when it was last saved

export const wasSaved = (line) => told.has(line);
export const keepTime = (line) => told.set(line, clock());

export function tell(line, state, text, offer = "") {
  const place = line?.querySelector("[data-saved]");
  if (!place) return;
  place.dataset.state = state;
  place.textContent = text;
  line.querySelector("[data-resume]")?.remove();
  if (offer) whenReleased(() => offerOnce(line, place, offer));
}

// What was saved may be wrong all the same ([data-wrong] says why): kept, and not good.
export function tellSaved(line) {
  const wrong = line.querySelector("[data-wrong]");
  const isWrong = Boolean(wrong?.textContent.trim());
  const at = told.get(line);
  tell(line, isWrong ? "wrong" : "saved", (isWrong ? words.savedWrong : words.saved)(at));
}

// Ties a field to what is said to be wrong with it.
function weigh(line, wrong) {
  const field = line.querySelector("input:not([type=hidden]), select, textarea");
  if (!field) return;
  const isWrong = wrong.textContent.trim() !== "";
  const ties = new Set((field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== wrong.id));
  if (isWrong) ties.add(wrong.id);
  if (ties.size) field.setAttribute("aria-describedby", [...ties].join(" "));
  else field.removeAttribute("aria-describedby");
  const failed = isWrong || line.querySelector("[id^=e-]") !== null;
  if (failed) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  field.classList.toggle("is-invalid", failed && field.type !== "checkbox");
  const state = line.querySelector("[data-saved]")?.dataset.state;
  if (state === "saved" || state === "wrong") tellSaved(line);
}

export function weighAll() {
  for (const wrong of document.querySelectorAll("[data-line] [data-wrong]")) weigh(wrong.closest("[data-line]"), wrong);
}

function offerOnce(line, place, offer) {
  if (place.dataset.state === "failed" && !line.querySelector("[data-resume]")) place.after(resumption(line, offer));
}

// What pushes the page down waits for the finger: else the press that left the field would miss.
let pressed = false;
function whenReleased(act) {
  if (pressed) document.addEventListener("pointerup", () => setTimeout(act), { once: true, capture: true });
  else act();
}

// Leads through the sign-in with everything that stands in the form around the line.
function resumption(line, label) {
  const form = line.closest("form");
  const press = document.createElement(form ? "button" : "a");
  if (form) press.type = "submit";
  else press.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  press.className = "btn btn-sm btn-primary";
  press.dataset.resume = "";
  press.textContent = label;
  return press;
}

const clock = () =>
  new Intl.DateTimeFormat("it", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Rome" }).format(new Date());

export function startTelling() {
  weighAll();
  for (const name of ["pointerdown", "pointerup", "pointercancel"]) {
    document.addEventListener(name, () => { pressed = name === "pointerdown"; }, { capture: true });
  }
}

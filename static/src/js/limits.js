// Counts what is typed into a field that takes so many characters (data-limit): nothing is cut, and
// near the end it says how many are left, or too many. Names a file that is too heavy (data-largest-mb)
// before it is sent.
import { words } from "./words.js";

const PAUSE = 400;
const timers = new WeakMap();

// As the server counts: signs, not halves of them, without the blanks around.
const lengthOf = (text) => [...text.replace(/\r\n?/g, "\n").trim()].length;

function beside(field, id, make) {
  let place = document.getElementById(id);
  if (place) return place;
  place = make();
  place.id = id;
  (field.closest(".fl-control") || field).after(place);
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${id}`.trim());
  return place;
}

function count(field) {
  const limit = Number(field.dataset.limit);
  const left = limit - lengthOf(field.value);
  const id = `n-${field.name}`;
  if (left > Math.max(10, limit / 10) && !document.getElementById(id)) return;
  const place = beside(field, id, () => Object.assign(document.createElement("p"), { className: "fl-counter", role: "status" }));
  const near = left <= Math.max(10, limit / 10);
  place.textContent = near ? (left < 0 ? words.tooMany(-left) : words.stillFit(left)) : "";
  place.classList.toggle("fl-counter-over", left < 0);
}

function weigh(field) {
  const most = Number(field.dataset.largestMb);
  const file = [...field.files].find((one) => one.size > most * 1024 * 1024);
  const id = `w-${field.name}`;
  if (!file && !document.getElementById(id)) return true;
  const place = beside(field, id, () => Object.assign(document.createElement("p"), { className: "fl-error", role: "alert" }));
  place.textContent = file ? words.tooHeavy(file.name, file.size / 1024 / 1024, most) : "";
  if (file) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  return !file;
}

// What was said of the file that came before is not true of the one chosen now.
function forgetRefused(field) {
  const told = document.getElementById(`e-${field.name}`);
  if (!told) return;
  told.remove();
  field.closest(".fl-failed")?.classList.remove("fl-failed");
  field.removeAttribute("aria-invalid");
  const described = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id !== `e-${field.name}`);
  field.setAttribute("aria-describedby", described.join(" "));
  const summary = document.getElementById("form-errors");
  summary?.querySelector(`a[href="#${CSS.escape(field.id)}"]`)?.closest("li").remove();
  if (!summary?.querySelector("li")) summary?.remove();
}

export function startLimits() {
  document.querySelectorAll("[data-limit]").forEach(count);
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.limit) return;
    clearTimeout(timers.get(field));
    timers.set(field, setTimeout(() => count(field), PAUSE));
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.dataset?.largestMb) return;
    forgetRefused(field);
    weigh(field);
  });
  document.addEventListener("submit", (event) => {
    const heavy = [...event.target.querySelectorAll("[data-largest-mb]")].find((field) => !weigh(field));
    if (!heavy) return;
    event.preventDefault();
    heavy.focus();
  });
}

// Where somebody else saved the same meanwhile (.fl-meanwhile), what stands in the field may be meant
// all the same. Browsers tell of no change then: a choice pressed again is sent again, and beside
// every other field stands a button that does it.
import { sourceOf } from "./typed.js";
import { words } from "./words.js";

const lineOf = (place) => {
  const line = place.closest?.("[data-line]");
  return line && sourceOf(line) ? line : null;
};

const sayAgain = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

// The field that a clash is about; of choices the one that is chosen.
function fieldOf(clash) {
  const name = clash.closest("[id^=k-]")?.id.slice(2);
  const all = [...(lineOf(clash)?.querySelectorAll(`[name="${CSS.escape(name ?? "")}"]`) ?? [])];
  return all.find((field) => field.type !== "radio" || field.checked);
}

function offer() {
  for (const clash of document.querySelectorAll(".fl-meanwhile")) {
    const field = !clash.querySelector("[data-keep-mine]") && fieldOf(clash);
    if (!field) continue;
    const press = document.createElement("button");
    press.type = "button";
    press.className = "btn btn-sm btn-outline-primary";
    press.dataset.keepMine = "";
    press.textContent = words.keepMine;
    press.addEventListener("click", () => sayAgain(fieldOf(clash) ?? field));
    clash.append(press);
  }
}

const clashes = (radio) =>
  radio.type === "radio" && lineOf(radio) && document.getElementById(`k-${radio.name}`)?.querySelector(".fl-meanwhile");

function pressedAgain(event) {
  const radio = event.target;
  if (!clashes(radio)) return;
  let changed = false;
  const note = () => { changed = true; };
  radio.addEventListener("change", note, { once: true });
  setTimeout(() => {
    radio.removeEventListener("change", note);
    if (!changed) sayAgain(radio);
  });
}

// Of Space at a choice that is chosen some browsers make no click.
function spaced(event) {
  if (event.key !== " " || !event.target.checked || !clashes(event.target)) return;
  event.preventDefault();
  sayAgain(event.target);
}

export function startClashes() {
  offer();
  document.addEventListener("click", pressedAgain);
  document.addEventListener("keydown", spaced);
  document.addEventListener("htmx:finally:request", offer);
}

// Big buttons beside a quantity. Figures are handled as whole thousandths, never as fractions.
import { tell } from "./telling.js";
import { words } from "./words.js";

// Only what the server reads in one way: "1.000" it does not, and "2 etti" is more than a figure.
const toThousandths = (text) => {
  const match = /^(\d+)(?:,(\d{1,3})|\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 1000 + Number((match[2] || match[3] || "").padEnd(3, "0"));
};

const toText = (thousandths) => {
  const whole = Math.trunc(thousandths / 1000);
  const rest = String(Math.abs(thousandths % 1000)).padStart(3, "0").replace(/0+$/, "");
  return rest ? `${whole},${rest}` : String(whole);
};

function step(field, direction) {
  const box = field.closest("[data-stepper]");
  if (!box || field.disabled || field.readOnly) return;
  const size = toThousandths(box.dataset.size) || 1000;
  const now = field.value.trim() === "" ? 0 : toThousandths(field.value);
  if (now === null) {
    tell(field.closest("[data-line]"), "editing", words.byHand);
    return;
  }
  // From a value between two steps the press goes to the next one in its direction.
  const next = direction > 0 ? (Math.floor(now / size) + 1) * size : (Math.ceil(now / size) - 1) * size;
  // Nothing can always be asked for; anything else in steps, from the least to the most.
  const least = Math.ceil(toThousandths(box.dataset.minimum || "0") / size) * size;
  const most = box.dataset.maximum ? Math.floor(toThousandths(box.dataset.maximum) / size) * size : Infinity;
  const below = direction > 0 ? least : 0;
  field.value = toText(Math.max(next < least ? below : Math.min(next, most), 0));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export function startSteppers() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    const field = button?.closest("[data-stepper]")?.querySelector("input");
    if (field) step(field, Number(button.dataset.step));
  });
}

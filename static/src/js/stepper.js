// Big buttons beside a quantity. Figures are handled as whole thousandths, never as fractions.
const toThousandths = (text) => {
  const match = /^(-?\d+)(?:[.,](\d{1,3}))?$/.exec(text.trim().replace(/\.(?=\d{3}(?:\D|$))/g, ""));
  if (!match) return null;
  return Number(match[1]) * 1000 + Number((match[2] || "").padEnd(3, "0")) * (match[1][0] === "-" ? -1 : 1);
};

const toText = (thousandths) => {
  const whole = Math.trunc(thousandths / 1000);
  const rest = String(Math.abs(thousandths % 1000)).padStart(3, "0").replace(/0+$/, "");
  return rest ? `${whole},${rest}` : String(whole);
};

export function step(field, direction) {
  const box = field.closest("[data-stepper]");
  if (!box || field.disabled || field.readOnly) return;
  const size = toThousandths(box.dataset.size) || 1000;
  const now = field.value.trim() === "" ? 0 : toThousandths(field.value);
  if (now === null) return;
  // From a value between two steps the press goes to the next one in its direction.
  const next = direction > 0 ? (Math.floor(now / size) + 1) * size : (Math.ceil(now / size) - 1) * size;
  const least = toThousandths(box.dataset.minimum || "0");
  const most = box.dataset.maximum ? toThousandths(box.dataset.maximum) : Infinity;
  field.value = toText(Math.min(Math.max(next, least), most));
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

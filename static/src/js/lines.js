// Shows at every line ([data-line]) whether it is saved. htmx sends; this only tells, keeps what was
// typed when it fails, and sends again when the connection is back. A form around lines waits for
// those that are on their way: it says what the page shows (kit.shown), and they change that.
import { words } from "./words.js";

const PATIENCE = 5000; // of a form for its lines, in ms
const waiting = new Set();
const going = new WeakSet(); // forms that wait for their lines
const enough = new WeakSet(); // and those that have waited enough
const saved = new WeakMap(); // a line: what its fields had when it was last saved
const sending = new WeakMap(); // a line: what its fields have that are on their way

function tell(line, state, text) {
  const place = line?.querySelector("[data-saved]");
  if (!place) return;
  place.dataset.state = state;
  place.textContent = text;
}

const clock = () =>
  new Intl.DateTimeFormat("it", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Rome" }).format(new Date());

const lineOf = (event) => (event.detail?.ctx?.sourceElement || event.target)?.closest?.("[data-line]");

const fieldsOf = (line) => [...line.querySelectorAll("input:not([type=hidden]), select, textarea")];
const boxed = (field) => field.type === "checkbox" || field.type === "radio";
const now = (field) => (boxed(field) ? field.checked : field.value);

function first(field) {
  if (boxed(field)) return field.defaultChecked;
  if (field.options) return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value;
  return field.defaultValue;
}

function sent(body) {
  const text = (field) => body?.get(field.name)?.replaceAll("\r\n", "\n");
  return (field) => (boxed(field) ? body?.getAll(field.name).includes(field.value) : text(field)) ?? now(field);
}

const valuesOf = (line, value) => JSON.stringify(fieldsOf(line).map(value));

// What was typed back to what is saved waits for nothing.
function typed(line) {
  if (!line) return;
  const kept = saved.get(line);
  if (!sending.has(line) && valuesOf(line, now) === (kept?.values ?? valuesOf(line, first))) {
    tell(line, kept ? "saved" : "", kept ? kept.text : "");
  } else tell(line, "editing", words.editing);
}

function send(event) {
  const line = lineOf(event);
  if (!line) return;
  const body = event.detail.ctx.request.body;
  sending.set(line, valuesOf(line, sent(body)));
  // A change that waited for its turn was collected before the answer to the one before it: it
  // says what the line shows by now (kit.shown), else it would meet its own predecessor.
  for (const field of line.querySelectorAll('[name^="shown-"]')) body?.set(field.name, field.value);
  tell(line, "saving", words.saving);
}

function answered(event) {
  const line = lineOf(event);
  const response = event.detail.ctx.response.raw;
  const status = response.status;
  if (response.redirected && new URL(response.url).pathname === "/sign-in") {
    // The session is over: the sign-in page must not land in the middle of this one.
    event.preventDefault();
    if (line) tell(line, "failed", words.signedOut);
    else window.location.assign(response.url);
    return;
  }
  if (!line) return;
  const good = status >= 200 && status < 300;
  if (good) saved.set(line, { values: sending.get(line), text: words.saved(clock()) });
  if (line.querySelector('[data-saved][data-state="editing"]')) return;
  if (good) tell(line, "saved", saved.get(line).text);
  else if (status) tell(line, "failed", words.failed);
}

function unreachable(event) {
  const line = lineOf(event);
  if (!line) return;
  tell(line, "failed", navigator.onLine ? words.failed : words.offline);
  const source = event.detail?.ctx?.sourceElement;
  if (source) waiting.add(source);
}

function wait(event) {
  const { target: form, submitter } = event;
  const busy = () => [...form.querySelectorAll("[data-line]")].some((line) => sending.has(line));
  if (event.defaultPrevented || enough.has(form) || !busy()) return;
  event.preventDefault();
  if (going.has(form)) return;
  going.add(form);
  const until = performance.now() + PATIENCE;
  const go = () => {
    if (busy() && performance.now() < until) {
      setTimeout(go, 50);
      return;
    }
    going.delete(form);
    enough.add(form);
    form.requestSubmit(submitter);
    enough.delete(form);
  };
  go();
}

export function startLines() {
  document.addEventListener("input", (event) => typed(event.target.closest?.("[data-line]")));
  document.addEventListener("htmx:before:request", send);
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:error", unreachable);
  // Only now its answer stands in the page; the next one of the line is sent after this.
  document.addEventListener("htmx:finally:request", (event) => sending.delete(lineOf(event)));
  document.addEventListener("submit", wait);
  window.addEventListener("online", () => {
    for (const source of waiting) {
      const field = source.matches("input, select, textarea") ? source : source.querySelector("input, select, textarea");
      field?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    waiting.clear();
  });
}

// Shows at every line ([data-line]) whether it is saved. htmx sends; this only tells, keeps what was
// typed when it fails, and sends again when the connection is back.
import { words } from "./words.js";

const waiting = new Set();

function tell(line, state, text) {
  const place = line?.querySelector("[data-saved]");
  if (!place) return;
  place.dataset.state = state;
  place.textContent = text;
}

const clock = () =>
  new Intl.DateTimeFormat("it", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Rome" }).format(new Date());

const lineOf = (event) => (event.detail?.ctx?.sourceElement || event.target)?.closest?.("[data-line]");

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
  if (!line || line.querySelector('[data-saved][data-state="editing"]')) return;
  if (status >= 200 && status < 300) tell(line, "saved", words.saved(clock()));
  else if (status) tell(line, "failed", words.failed);
}

function unreachable(event) {
  const line = lineOf(event);
  if (!line) return;
  tell(line, "failed", navigator.onLine ? words.failed : words.offline);
  const source = event.detail?.ctx?.sourceElement;
  if (source) waiting.add(source);
}

export function startLines() {
  document.addEventListener("input", (event) => {
    tell(event.target.closest?.("[data-line]"), "editing", words.editing);
  });
  document.addEventListener("htmx:before:request", (event) => {
    tell(lineOf(event), "saving", words.saving);
  });
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:error", unreachable);
  window.addEventListener("online", () => {
    for (const source of waiting) {
      const field = source.matches("input, select, textarea") ? source : source.querySelector("input, select, textarea");
      field?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    waiting.clear();
  });
}

// Has every line ([data-line]) say whether it is saved (telling.js). htmx sends; this keeps what was typed
// when it fails, sends again when the connection is back, and what is still unsent when the page is left.
// A form around lines waits for those that are on their way: it says what the page shows (kit.shown),
// and they change that; without a line it stays, and the lines wait for it. A form that ends the session waits too, and lets them be sent first.
// An answer that does not bring the element it would replace (the server is busy, or broke) is put
// nowhere: with that element the line would lose its mark or its fields.
import { fits, sentenceOf } from "./answers.js";
import { keepTime, startTelling, tell, tellSaved, wasSaved, weighAll } from "./telling.js";
import { endsSession, same, servedOf, sourceOf, valuesOf } from "./typed.js";
import { othersSent } from "./windows.js";
import { words } from "./words.js";

const PATIENCE = 5000; // of a form for its lines, in ms
const BUSY = [429, 502, 503, 504];
const TRIES = 3; // of a line whose answer was that the server is busy, beyond its first one
const LONGEST_S = 30; // and the longest it is let wait before the next
const waiting = new Set();
const going = new WeakSet(); // forms that wait for their lines
const enough = new WeakSet(); // and those that have waited enough
const unsettled = new WeakMap(); // line: its requests whose answers do not stand in the page yet
const kept = new WeakMap(); // line: what the server has of it
const refused = new WeakMap(); // line: what it would not take
const underWay = new WeakMap(); // request: what it carries
const flying = new WeakMap(); // line: its requests under way
const left = new WeakMap(); // line: what was sent when the page was hidden
const tries = new WeakMap(); // line: how often it went again by itself
let ending = false; // the session, by a form that is being sent

const savedOf = (line) => kept.get(line) ?? servedOf(line);

const lineOf = (event) => (event.detail?.ctx?.sourceElement || event.target)?.closest?.("[data-line]");

const sayAgain = (source) => {
  const field = source.matches("input, select, textarea") ? source : source.querySelector("input:not([type=hidden]), select, textarea");
  field?.dispatchEvent(new Event("change", { bubbles: true }));
};

// The line was not judged: what was typed stays, and where the server is only busy goes again by itself.
function unjudged(line, values, response, html) {
  left.delete(line);
  if (!same(valuesOf(line), values)) return;
  const pause = Number(response.headers.get("retry-after")) || 5;
  const tried = tries.get(line) || 0;
  if (!BUSY.includes(response.status) || pause > LONGEST_S || tried >= TRIES) {
    const said = sentenceOf(html);
    tell(line, "failed", said ? words.notSaved(said) : words.failed);
    return;
  }
  tries.set(line, tried + 1);
  tell(line, "failed", words.busy);
  setTimeout(() => {
    if (line.isConnected && !unsettled.get(line) && isUnsent(line) && same(valuesOf(line), values)) sayAgain(sourceOf(line));
  }, pause * 1000);
}

// Takes note of an answer for a line that had carried `values`.
function note(line, values, response, html) {
  const resume = response.headers.get("x-resume");
  const now = same(valuesOf(line), values);
  if (resume === "sign-in") tell(line, "failed", words.signedOut, words.signIn);
  else if (resume === "closed") tell(line, "failed", words.closed, words.signInAnew);
  else if (resume === "other") tell(line, "failed", words.otherPerson, words.goOn);
  else if (resume) tell(line, "failed", words.signedInAgain, words.goOn);
  else if (!fits(sourceOf(line), html)) unjudged(line, values, response, html);
  else if (response.ok) {
    tries.delete(line);
    kept.set(line, { ...savedOf(line), ...values });
    refused.delete(line);
    line.dispatchEvent(new CustomEvent("fl:saved", { bubbles: true, detail: values }));
    keepTime(line);
    if (now) tellSaved(line);
  } else {
    refused.set(line, values);
    // What the rules refuse (the hour has passed, say) may be refused for good: its sentence says so.
    if (now) tell(line, "failed", response.status === 409 ? words.refused : words.failed);
  }
}

function landed(event) {
  const line = lineOf(event);
  const values = underWay.get(event.detail.ctx);
  underWay.delete(event.detail.ctx);
  if (line && values) flying.set(line, flying.get(line) - 1);
  return { line, values };
}

function answered(event) {
  const { line, values } = landed(event);
  const response = event.detail.ctx.response.raw;
  if (response.redirected && new URL(response.url).pathname === "/sign-in") {
    // The session is over: the sign-in page must not land in the middle of this one.
    event.preventDefault();
    window.location.assign(response.url);
    return;
  }
  if (response.headers.get("x-resume")) {
    event.preventDefault();
    if (!line) window.location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const html = event.detail.ctx.text ?? "";
  // What asks for a piece of the page by itself asks again, or stays as it was.
  if ((line || !response.ok) && !fits(event.detail.ctx.sourceElement, html)) event.preventDefault();
  if (line && values) note(line, values, response, html);
}

function unreachable(event) {
  const { line } = landed(event);
  if (!line) return;
  tell(line, "failed", navigator.onLine ? words.failed : words.offline);
  const source = event.detail?.ctx?.sourceElement;
  if (source) waiting.add(source);
}

// From its hour on nothing of the page is saved: what is being typed does not wait for it any more.
function over() {
  for (const place of document.querySelectorAll('[data-saved][data-state="editing"]')) {
    tell(place.closest("[data-line]"), "failed", words.tooLate);
  }
}

function typing(event) {
  const line = event.target.closest?.("[data-line]");
  if (!line || !event.target.name) return;
  tries.delete(line);
  const back = !flying.get(line) && same(valuesOf(line), savedOf(line));
  if (!back) tell(line, "editing", words.editing);
  else if (wasSaved(line)) tellSaved(line);
  else tell(line, "", "");
}

// What a request carries of a line; of what it does not carry, what is saved.
function carriedOf(line, body) {
  const values = valuesOf(line);
  if (!body?.has) return values;
  const known = savedOf(line);
  for (const name of Object.keys(values)) {
    const box = line.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"]`);
    if (body.has(name)) values[name] = body.get(name).replace(/\r\n?/g, "\n");
    else values[name] = box ? "" : known[name] ?? "";
  }
  return values;
}

function send(event) {
  const line = lineOf(event);
  if (!line) return;
  const body = event.detail.ctx.request.body;
  underWay.set(event.detail.ctx, carriedOf(line, body));
  // A change that waited for its turn was collected before the answer to the one before it: it
  // says what the line shows by now (kit.shown), else it would meet its own predecessor.
  for (const field of line.querySelectorAll('[name^="shown-"]')) body?.set?.(field.name, field.value);
  flying.set(line, (flying.get(line) || 0) + 1);
  unsettled.set(line, (unsettled.get(line) || 0) + 1);
  tell(line, "saving", words.saving);
}

// Only now its answer stands in the page; the next one of the line is sent after this.
function settled(event) {
  const line = lineOf(event);
  if (line && unsettled.get(line)) unsettled.set(line, unsettled.get(line) - 1);
  weighAll();
}

// Sent now, the page would be lost to the browser's own about the missing line.
function stay(lines) {
  const unsent = lines.filter((line) => isUnsent(line));
  for (const line of unsent) {
    tell(line, "failed", words.offline);
    waiting.add(sourceOf(line));
  }
  if (!unsent.length) tell(lines.find((line) => sourceOf(line) && !line.querySelector('[data-state="failed"]')), "", words.offlineAll);
}

function wait(event) {
  const { target: form, submitter } = event;
  const ends = endsSession(form);
  const lines = [...(ends ? document : form).querySelectorAll("[data-line]")];
  const busy = () => lines.some((line) => unsettled.get(line));
  if (!navigator.onLine && !ends && lines.some(sourceOf)) {
    event.preventDefault();
    stay(lines);
    return;
  }
  if (event.defaultPrevented || enough.has(form) || !(ends || busy())) return;
  event.preventDefault();
  if (going.has(form)) return;
  going.add(form);
  const until = performance.now() + PATIENCE;
  const go = async () => {
    if (busy() && performance.now() < until) {
      setTimeout(go, 50);
      return;
    }
    if (ends) await Promise.all([othersSent(until), within(until, sendNow())]);
    going.delete(form);
    enough.add(form);
    ending = ends; // what is unsent even now is asked about (guard.js)
    form.requestSubmit(submitter);
    enough.delete(form);
  };
  go();
}

const within = (until, act) => Promise.race([act, new Promise((late) => setTimeout(late, until - performance.now()))]);

// What was typed here is sent, since the session ends in another window.
export async function sendAll() {
  const until = performance.now() + PATIENCE;
  const lines = [...document.querySelectorAll("[data-line]")];
  await within(until, sendNow());
  while (lines.some((line) => unsettled.get(line)) && performance.now() < until) await new Promise((later) => setTimeout(later, 50));
}

// Whether a line holds something that the server neither has nor would not take.
function isUnsent(line) {
  const values = valuesOf(line);
  return sourceOf(line) !== null && !same(values, savedOf(line)) && !same(values, refused.get(line));
}

// The lines that leaving the page would lose: those that cannot be sent on the way, or were refused.
export function lostLines() {
  const sends = !ending && navigator.onLine && "keepalive" in Request.prototype;
  return [...document.querySelectorAll("[data-line]")].filter(
    (line) => line.querySelector('[data-saved][data-state="failed"]') || (!sends && isUnsent(line)),
  );
}

function bodyOf(line, source) {
  const body = new URLSearchParams();
  const add = (field) => {
    const chosen = field.type !== "checkbox" && field.type !== "radio";
    if (field.name && !field.disabled && !body.has(field.name) && (chosen || field.checked)) body.append(field.name, field.value);
  };
  line.querySelectorAll("input, select, textarea").forEach(add);
  for (const place of (source.getAttribute("hx-include") || "").split(",")) {
    if (/^\s*#[\w-]+\s*$/.test(place)) document.querySelectorAll(`${place.trim()}[name]`).forEach(add);
  }
  return body;
}

// What was typed less than a moment ago goes along; of the leaving nobody waits for the answers.
function sendNow() {
  const under = [];
  for (const line of document.querySelectorAll("[data-line]")) {
    const values = valuesOf(line);
    if (line.closest("form[data-sent]") || !isUnsent(line) || same(values, left.get(line))) continue;
    left.set(line, values);
    line.dispatchEvent(new CustomEvent("fl:left", { bubbles: true, detail: values }));
    const source = sourceOf(line);
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    Object.assign(headers, JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}"));
    under.push(
      fetch(source.getAttribute("hx-post"), { method: "POST", body: bodyOf(line, source), headers, keepalive: true })
        .then(async (response) => {
          const html = await response.text();
          note(line, values, response, html);
          if (response.ok) remark(html);
        })
        .catch(() => left.delete(line)),
    );
  }
  return Promise.all(under);
}

// Who comes back to the page finds in it what it shows now (kit.shown).
function remark(html) {
  for (const mark of new DOMParser().parseFromString(html, "text/html").querySelectorAll('input[name^="shown-"]')) {
    const here = document.querySelector(`input[name="${CSS.escape(mark.name)}"]`);
    if (here) here.value = mark.value;
  }
}

export function startLines() {
  startTelling();
  document.addEventListener("input", typing);
  document.addEventListener("input", () => { ending = false; }); // who was signing out has stayed
  document.addEventListener("htmx:before:request", send);
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:error", unreachable);
  document.addEventListener("htmx:finally:request", settled);
  document.addEventListener("submit", wait);
  document.addEventListener("fl:over", over);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") sendNow(); });
  window.addEventListener("pagehide", sendNow);
  window.addEventListener("online", () => {
    waiting.forEach(sayAgain);
    waiting.clear();
  });
}

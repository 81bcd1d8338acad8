// Goes on counting what the server began: <span data-countdown="instant" data-now="server's now">,
// both in seconds since 1970. The device's own clock is only used for how much time passes, and for
// that it slept: that time may have stood still here, so the server is asked how late it is. At the
// instant the label beside it changes, and with it what the page offers: what is there until then
// (data-until) goes, or says what it leads to from then on (data-then), and what is there from then
// on (data-from) comes. The second of the instant is over first: a deadline of 12:00:00 takes what
// comes at 12:00:00.9, and whoever presses later than a rule allows is told so by the server.
import { words } from "./words.js";

const LOST = 5000; // ms by which the device's clock may go its own way
const loadedAt = performance.now();
const servedAt = Number(document.querySelector("[data-now]")?.dataset.now);
const ahead = () => Date.now() - performance.now();
let known = ahead();
let slept = 0; // seconds

function phrase(seconds) {
  const parts = [
    [Math.floor(seconds / 86400), words.day],
    [Math.floor(seconds / 3600) % 24, words.hour],
    [Math.floor(seconds / 60) % 60, words.minute],
  ];
  if (seconds < 600) parts.push([seconds % 60, words.second]);
  const said = parts.filter(([n]) => n > 0).slice(0, 2).map(([n, say]) => say(n));
  return words.left(said);
}

// The page was made while there was time left: what its label says ("aperto") holds no more. In a
// list each entry has its own.
const ENTRY = ".fl-tile, .fl-step";
function pass(place, opens) {
  for (const label of document.querySelectorAll("[data-stage] > .fl-state")) {
    if (label.closest(ENTRY) !== place.closest(ENTRY)) continue;
    label.className = `fl-state fl-state-${opens ? "good" : "wait"}`;
    label.textContent = opens ? words.open : words.timeUp;
  }
}

// A file that was chosen and not sent goes with its form: it is named.
function nameFiles(place) {
  const said = document.querySelector("[data-files-over]");
  const files = [...place.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
  if (!said || !files.length) return;
  said.querySelector("strong").textContent = files.map((file) => file.name).join(", ");
  said.hidden = false;
}

function turn(place) {
  if (place.dataset.from) place.hidden = false;
  else if (!place.dataset.then) {
    nameFiles(place);
    place.hidden = true;
  }
  else if (place.textContent !== place.dataset.then) place.textContent = place.dataset.then;
}

const passedSince = () => Math.floor((performance.now() - loadedAt) / 1000) + slept;

function show() {
  const passed = passedSince();
  const leftUntil = (instant, place) => Number(instant) - Number(place.dataset.now) - passed;
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const left = leftUntil(place.dataset.countdown, place);
    const opens = place.dataset.opens !== undefined;
    // A page that is served after the instant says so already.
    if (Number(place.dataset.countdown) < Number(place.dataset.now)) continue;
    const text = left >= 0 ? `(${phrase(Math.max(left, 1))})` : `(${opens ? words.opened : words.over})`;
    if (place.textContent !== text) place.textContent = text;
    if (left < 0) pass(place, opens);
  }
  for (const place of document.querySelectorAll("[data-until], [data-from]")) {
    if (leftUntil(place.dataset.until ?? place.dataset.from, place) < 0) turn(place);
  }
  // Who writes is told at the line too (lines.js).
  if (document.querySelector(".fl-over [data-from]:not([hidden])")) document.dispatchEvent(new Event("fl:over"));
}

// The page is seen again. Where the device's clock has gone on by more than the time that passed
// here, the device slept, or its clock was set: any answer of the server says which.
async function lookAgain() {
  if (document.visibilityState === "hidden") return;
  show();
  const now = ahead();
  if (Math.abs(now - known) < LOST) return;
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  const instant = Date.parse(answer?.headers.get("date") ?? "") / 1000;
  if (!instant) return; // without a line: asked again the next time
  known = now;
  slept += Math.max(0, instant - servedAt - passedSince());
  show();
}

export function startCountdowns() {
  if (!document.querySelector("[data-countdown], [data-until], [data-from]")) return;
  setInterval(show, 1000);
  document.addEventListener("visibilitychange", lookAgain);
  window.addEventListener("pageshow", lookAgain);
  window.addEventListener("focus", lookAgain);
}

// Goes on counting what the server began: <span data-countdown="instant" data-now="server's now">,
// both in seconds since 1970. The device's own clock is only used for how much time passes.
import { words } from "./words.js";

const loadedAt = performance.now();

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

// The page was made while there was time left: what its label says ("aperto") holds no more.
function pass() {
  for (const label of document.querySelectorAll("[data-stage] > .fl-state")) {
    label.className = "fl-state fl-state-wait";
    label.textContent = words.timeUp;
  }
}

function show() {
  const passed = Math.floor((performance.now() - loadedAt) / 1000);
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const left = Number(place.dataset.countdown) - Number(place.dataset.now) - passed;
    const text = left > 0 ? `(${phrase(left)})` : `(${words.over})`;
    if (place.textContent !== text) place.textContent = text;
    if (left <= 0 && Number(place.dataset.countdown) > Number(place.dataset.now)) pass();
  }
}

export function startCountdowns() {
  if (!document.querySelector("[data-countdown]")) return;
  setInterval(show, 1000);
}

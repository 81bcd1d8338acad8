// Fingerprints (SHA-256): find one by its first digits, or the one of a file, among those of the
// page ([data-sha256], [data-receipt], whose first child says what it is of). Nothing leaves the
// browser.
import { words } from "./words.js";

const LARGEST = 64 * 1024 * 1024;

function tell(box, said) {
  box.closest(".fl-field").querySelector("[data-told]").replaceChildren(...said);
}

// What the page says about a place, links included.
const about = (place) => [...place.firstElementChild.cloneNode(true).childNodes];

function find(box) {
  const typed = box.value.toLowerCase().replace(/\s/g, "");
  if (!typed) return tell(box, []);
  if (!/^[0-9a-f]*$/.test(typed) || typed.length > 64) return tell(box, [words.noFingerprint]);
  if (typed.length < 8) return tell(box, [words.moreDigits(8 - typed.length)]);
  const ways = ["receipt", "sha256"].map((of) => `${box.dataset.fingerprint} [data-${of}^="${typed}"]`);
  const places = document.querySelectorAll(ways);
  if (places.length === 1) return tell(box, about(places[0]));
  return tell(box, [places.length ? words.severalFingerprints : words.unknownFingerprint]);
}

async function compare(box) {
  const file = box.files[0];
  if (!file) return tell(box, []);
  if (!crypto.subtle) return tell(box, [words.insecure]);
  if (file.size > LARGEST) return tell(box, [words.largeFile]);
  tell(box, [words.reading]);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (box.files[0] !== file) return undefined; // another was chosen meanwhile
  const place = document.querySelector(`[data-sha256="${sha256}"]`);
  return tell(box, place ? [words.sameFile, ...about(place)] : [words.otherFile(sha256)]);
}

export function startFingerprints() {
  for (const box of document.querySelectorAll("[data-fingerprint]")) {
    box.addEventListener("input", () => find(box));
  }
  for (const box of document.querySelectorAll("[data-file]")) {
    // The same file chosen again may have changed: without this nothing would be heard of it.
    box.addEventListener("click", () => {
      box.value = "";
      tell(box, []);
    });
    box.addEventListener("change", () =>
      compare(box).catch(() => tell(box, [words.unreadable])),
    );
  }
}

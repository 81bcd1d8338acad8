// A box that hides the lines without the typed words: <input data-filter="#list">.
import { words } from "./words.js";

// The same as kit/ordering.py: accents, capitals and the shape of an apostrophe do not count.
const ONE = { ø: "o", đ: "d", ð: "d", ł: "l", ħ: "h", ı: "i", ŧ: "t", ß: "ss", æ: "ae", œ: "oe", þ: "th" };
const plain = (text) =>
  text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[‘’ʼ`]/g, "'").replace(/[øđðłħıŧßæœþ]/g, (letter) => ONE[letter]);

function filter(box) {
  const wanted = plain(box.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const item of document.querySelectorAll(`${box.dataset.filter} [data-filter-item]`)) {
    const text = plain(item.dataset.filterItem || item.textContent);
    item.hidden = !wanted.every((word) => text.includes(word));
    if (!item.hidden) found += 1;
  }
  const count = box.closest(".fl-search")?.querySelector("[data-filter-count]");
  if (count) count.textContent = wanted.length ? words.found(found) : "";
}

export function startFilters(root) {
  for (const box of root.querySelectorAll("[data-filter]:not([data-ready])")) {
    box.dataset.ready = "";
    box.addEventListener("input", () => filter(box));
    // Enter in the box must not send the form around it.
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
}

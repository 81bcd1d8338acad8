// What a summary on top of a page ([data-summary]) names and was mended since, in a line that saves
// itself, goes from it; the summary goes with the last one. That all is saved is no longer said
// once a line says that it is not.
import { words } from "./words.js";

const lineOf = (event) => (event.detail?.ctx?.sourceElement || event.target)?.closest?.("[data-line]");
const stateOf = (line) => line.querySelector("[data-saved]")?.dataset.state;

function mend(summary, line) {
  const links = [...summary.querySelectorAll('li a[href^="#"]')];
  const mended = links.filter((link) => line.contains(document.getElementById(link.getAttribute("href").slice(1))));
  if (!mended.length) return;
  for (const link of mended) link.closest("li").remove();
  const left = summary.querySelectorAll("li").length;
  const title = summary.querySelector(".fl-alert-title");
  const count = words[summary.dataset.summary];
  if (!left) summary.remove();
  else if (title && count) title.textContent = count(left);
}

function answered(event) {
  const line = lineOf(event);
  if (!line) return;
  if (stateOf(line) === "failed") document.querySelector("#notice .fl-alert-success")?.remove();
  if (stateOf(line) !== "saved") return;
  for (const summary of document.querySelectorAll("[data-summary]")) mend(summary, line);
}

export function startSummaries() {
  document.addEventListener("htmx:finally:request", answered);
}

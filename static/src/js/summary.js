// What the summary of errors on top of a form names and was mended since, in a field that saves
// itself, goes from it; the summary goes with the last one.
const lineOf = (event) => (event.detail?.ctx?.sourceElement || event.target)?.closest?.("[data-line]");

function mended(event) {
  const summary = document.getElementById("form-errors");
  const line = summary && lineOf(event);
  if (!line || line.querySelector("[data-saved]")?.dataset.state !== "saved") return;
  for (const link of summary.querySelectorAll('li a[href^="#"]')) {
    const field = document.getElementById(link.getAttribute("href").slice(1));
    if (field && line.contains(field)) link.closest("li").remove();
  }
  if (!summary.querySelector("li")) summary.remove();
}

export function startSummaries() {
  document.addEventListener("htmx:finally:request", mended);
}

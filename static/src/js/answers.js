// What came back for a line: something for its place, or only that the server could not.
const LONGEST_SENTENCE = 300;

// Whether an answer brings the element it is to replace.
export function fits(source, html) {
  const [, id] = /^#([\w-]+)$/.exec(source?.getAttribute("hx-target") ?? "") ?? [];
  return !id || !source.getAttribute("hx-swap")?.startsWith("outer") || html.includes(`id="${id}"`);
}

// What the server said instead, in its own words where it found some.
export function sentenceOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const said = page.querySelector(".fl-alert-body, main p")?.textContent.trim().replace(/\s+/g, " ");
  return said && said.length <= LONGEST_SENTENCE ? said : "";
}

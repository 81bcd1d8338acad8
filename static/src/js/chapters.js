// A long text in chapters: they come open; a phone folds all but the one its address leads to, and
// then needs no list of them above them (data-contents): their titles are one.
// Whatever leads to a chapter opens it, and paper has them all.
const narrow = window.matchMedia("(max-width: 767px)");
const all = () => document.querySelectorAll("[data-chapters] > [data-chapter]");

function openAt(hash) {
  const place = document.getElementById(hash.slice(1));
  const chapter = place?.closest("[data-chapter]");
  if (chapter) chapter.open = true;
  return chapter && place;
}

function showContents() {
  for (const list of document.querySelectorAll("[data-contents]")) list.hidden = narrow.matches;
}

export function startChapters() {
  if (!all().length) return;
  if (narrow.matches) for (const chapter of all()) chapter.open = false;
  showContents();
  openAt(location.hash)?.scrollIntoView();
  narrow.addEventListener("change", () => {
    if (!narrow.matches) for (const chapter of all()) chapter.open = true;
    showContents();
  });
  window.addEventListener("hashchange", () => openAt(location.hash)?.scrollIntoView());
  // The same entry again changes no address, and the browser has to find the chapter open.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) openAt(link.hash);
  });
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("[data-chapters] details:not([open])")];
    for (const each of folded) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });
}

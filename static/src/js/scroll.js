// A table wider than the screen can be scrolled with the keyboard; others are no stop on its way.
export function letScroll() {
  for (const box of document.querySelectorAll("[data-scroll]")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

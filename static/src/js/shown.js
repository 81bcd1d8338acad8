// A change that waited for its turn was collected before the answer to the one before it: it says
// what its field shows by now (kit.shown), else it would meet its own predecessor.
export function startShown() {
  document.addEventListener("htmx:before:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    const line = sourceElement?.closest?.("[data-line]");
    for (const field of line?.querySelectorAll('[name^="shown-"]') ?? []) {
      if (request.body?.has?.(field.name)) request.body.set(field.name, field.value);
    }
  });
}

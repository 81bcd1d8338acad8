// The server's clock goes on from the instant it was read at ([data-clock], in ms since 1970), by
// the time that passes here. Where the device slept nobody knows how much that was: then it says
// again when it was read ([data-clock-read], which is what it says without scripts).
const LOST = 5000;
const loadedAt = performance.now();
const wokeAt = Date.now();
const format = (options) => new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "Europe/Rome", ...options });

function partsOf(instant) {
  const said = {};
  const day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  for (const { type, value } of day.formatToParts(instant)) said[type] = value;
  return {
    day: `${said.weekday} ${said.day} ${said.month} ${said.year}`,
    hour: format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(instant),
  };
}

function show(place, served) {
  const passed = performance.now() - loadedAt;
  const slept = Math.abs(Date.now() - wokeAt - passed) > LOST;
  const [read, now] = [0, slept ? 0 : passed].map((ms) => partsOf(Number(place.dataset.clock) + ms));
  place.textContent = served.replace(read.day, now.day).replace(read.hour, now.hour);
  for (const said of document.querySelectorAll("[data-clock-read]")) said.hidden = !slept;
}

export function startClock() {
  for (const place of document.querySelectorAll("[data-clock]")) {
    const served = place.textContent;
    show(place, served);
    setInterval(() => show(place, served), 1000);
  }
}

// What this device keeps for the person who works on it, until it has been sent. One small store:
// each thing has a kind and a key. It is another person's? It is gone. Older than a month, or too
// much? The oldest goes first. Where the browser keeps nothing, everything works without it.
const NAME = "farelegami-kept";
const LONGEST_MS = 30 * 24 * 3600 * 1000;
const LARGEST = 500_000; // characters in all; browsers give a site about ten times as much

function read(person) {
  try {
    const found = JSON.parse(localStorage.getItem(NAME));
    if (found?.person === person) return found.things;
  } catch { /* nothing that can be read */ }
  return {};
}

function write(person, things) {
  const fresh = Object.entries(things)
    .filter(([, thing]) => Date.now() - thing.at < LONGEST_MS)
    .sort(([, one], [, other]) => other.at - one.at);
  let size = 0;
  const fitting = fresh.filter(([key, thing]) => (size += key.length + JSON.stringify(thing).length) <= LARGEST);
  try {
    if (fitting.length) localStorage.setItem(NAME, JSON.stringify({ person, things: Object.fromEntries(fitting) }));
    else localStorage.removeItem(NAME);
  } catch { /* full, or switched off */ }
}

export function clearKept() {
  try {
    localStorage.removeItem(NAME);
  } catch { /* switched off */ }
}

// The store of one person; what it holds of somebody else is dropped.
export function keptFor(person) {
  const things = read(person);
  if (!Object.keys(things).length) clearKept();
  else write(person, things);
  const change = (act) => {
    const now = read(person); // another tab may have written meanwhile
    act(now);
    write(person, now);
  };
  return {
    find: (kind, key) => read(person)[`${kind} ${key}`]?.value,
    keep: (kind, key, value) => change((now) => { now[`${kind} ${key}`] = { at: Date.now(), value }; }),
    drop: (kind, key) => change((now) => { delete now[`${kind} ${key}`]; }),
  };
}

// What was typed into a form and not sent is kept on this device (kept.js), and offered when the form
// is opened again with something else in it. It goes when it is saved, and wholly at the sign-out.
// With each value stands the mark of what its page showed when it was typed (kit.shown): put back,
// it is sent with that mark and no newer one, so that what was saved later is asked about.
import { clearKept, keptFor } from "../kept.js";
import { differing, endsSession, fieldsOf, servedOf, valuesOf, writtenForms } from "./typed.js";
import { leaves } from "./guard.js";
import { asWritten, words } from "./words.js";

const PAUSE = 300;
const SENT = "farelegami-sent";
const LEFT = "farelegami-left";
const SENT_MS = 120_000;
const MACHINERY = ["csrf", "whose", "key", "seen", "token", "next", "carried", "resumed"];
let store;
const saved = new WeakMap(); // form: what the server has of it
const offered = new WeakMap(); // form: what is kept and not put back yet
let timer;
let over = false; // the session, in another window

// A form by its address, its name and what it is about (whose booking it is).
function keyOf(form) {
  const about = [...form.querySelectorAll("input[type=hidden][name]")]
    .filter((field) => !MACHINERY.includes(field.name) && !field.name.startsWith("shown-"))
    .map((field) => `${field.name}=${field.value}`);
  return [form.getAttribute("action"), form.id, ...about].join(" ");
}

// What lines sent while their page was left (fl:left): nobody heard the answer. It stands for the
// next page of this tab alone.
function readLeft() {
  try {
    const found = JSON.parse(sessionStorage.getItem(LEFT));
    return found && Date.now() - found.at < SENT_MS ? found.forms : {};
  } catch {
    return {};
  }
}

function writeLeft(forms) {
  try {
    if (Object.keys(forms).length) sessionStorage.setItem(LEFT, JSON.stringify({ forms, at: Date.now() }));
    else sessionStorage.removeItem(LEFT);
  } catch { /* switched off: what is kept is offered */ }
}

const savedOf = (form) => saved.get(form) ?? servedOf(form);

// The mark of what the page shows of a field: its own, or that of its line.
function markOf(form, name) {
  const find = (about) => form.querySelector(`input[name="${CSS.escape(`shown-${about}`)}"]`);
  return find(name) ?? find(name.slice(name.lastIndexOf("-") + 1));
}

function forget(key) {
  store.drop("form", key);
  store.drop("base", key);
}

// A text that stays as it was kept stays with the mark it was typed over.
function write(form, fields, before) {
  const known = store.find("base", keyOf(form)) || {};
  const bases = {};
  for (const name of Object.keys(fields)) {
    const base = before[name] === fields[name] ? known[name] : markOf(form, name)?.value;
    if (base !== undefined) bases[name] = base;
  }
  store.keep("form", keyOf(form), fields);
  if (Object.keys(bases).length) store.keep("base", keyOf(form), bases);
  else store.drop("base", keyOf(form));
}

function keep(form) {
  const values = valuesOf(form);
  const before = store.find("form", keyOf(form)) || {};
  const still = offered.get(form) || {};
  const names = new Set(differing(values, savedOf(form)));
  // A page that shows what it has not saved shows it as it came.
  if (document.querySelector("[data-unsaved]")) Object.keys(before).forEach((name) => names.add(name));
  const fields = { ...still };
  for (const name of names) {
    if (name in values && !(name in still && values[name] === savedOf(form)[name])) fields[name] = values[name];
  }
  if (Object.keys(fields).length) write(form, fields, before);
  else if (Object.keys(before).length) forget(keyOf(form));
}

function keepAll() {
  clearTimeout(timer);
  for (const form of writtenForms()) if (form.dataset.typed !== undefined) keep(form);
}

// What was kept without a mark meets whatever stands there, as if it had been typed over nothing.
function put(form, fields) {
  const bases = store.find("base", keyOf(form)) || {};
  for (const field of fieldsOf(form)) {
    if (!(field.name in fields)) continue;
    const text = fields[field.name];
    if (field.type === "radio" && field.value !== text) continue; // the chosen one takes its place
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked === (field.value === text)) continue;
      field.checked = field.value === text;
    } else if (field.value === text) continue;
    else field.value = text;
    field.closest("details")?.setAttribute("open", "");
    const mark = markOf(form, field.name);
    if (mark) mark.value = bases[field.name] ?? "";
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

function button(label, kind, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn-sm ${kind}`;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// What a field is called: with the name of its group (a criterion, a row) where it has one.
function calledOf(field, name) {
  const label = field.labels?.[0]?.textContent.trim().replace(/\s+/g, " ") ?? name;
  const legend = field.closest("fieldset, [data-criterion]")?.querySelector("legend");
  const group = legend?.firstChild.textContent.trim() ?? "";
  return !group || label.startsWith(group) ? label : words.from(group, label);
}

function extract(form, name, text) {
  const field = fieldsOf(form).find((one) => one.name === name && (one.type !== "radio" || one.value === text));
  if (!field) return text || words.nothing;
  const shown = field.tagName === "SELECT" ? [...field.options].find((one) => one.value === text)?.textContent : asWritten(text);
  const label = calledOf(field, name);
  if (field.type === "checkbox") return `${label}: ${text ? words.yes : words.no}`;
  return field.type === "radio" ? label : `${label}: ${!shown ? words.nothing : shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`;
}

// Beside a form that stands in columns an offer would be one of them.
function aboveColumns(form) {
  let place = form;
  while (/grid|flex/.test(getComputedStyle(place.parentElement).display)) place = place.parentElement;
  return place;
}

function offer(form, fields) {
  const names = Object.keys(fields);
  const place = document.createElement("div");
  place.className = "fl-kept";
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", words.keptHere);
  const said = document.createElement("p");
  said.textContent = words.kept(names.length);
  const list = document.createElement("ul");
  for (const name of names.slice(0, 3)) {
    list.append(Object.assign(document.createElement("li"), { textContent: extract(form, name, fields[name]) }));
  }
  const actions = document.createElement("div");
  actions.className = "fl-kept-actions";
  const done = () => {
    offered.delete(form);
    place.remove();
    fieldsOf(form)[0]?.focus();
  };
  actions.append(
    button(words.putBack, "btn-primary", () => { done(); put(form, fields); }),
    button(words.throwAway, "btn-outline-primary", () => { done(); forget(keyOf(form)); keep(form); }),
  );
  place.append(said, list, actions);
  aboveColumns(form).before(place);
}

// A page whose form takes nothing any more shows what this device still has for it, to be copied.
function show(place) {
  const key = `${place.dataset.keptOf} `;
  const fields = Object.entries(store.find("form", key) || {}).filter(([, text]) => text);
  if (!fields.length) return;
  const box = Object.assign(document.createElement("div"), { className: "fl-kept" });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.keptHere);
  const list = Object.assign(document.createElement("dl"), { className: "fl-facts fl-written" });
  for (const [name, text] of fields) {
    const label = place.querySelector(`[data-field="${CSS.escape(name)}"]`)?.textContent ?? name;
    list.append(Object.assign(document.createElement("dt"), { textContent: label }));
    const choice = place.querySelector(`[data-choice-of="${CSS.escape(name)}"][data-choice="${CSS.escape(text)}"]`);
    list.append(Object.assign(document.createElement("dd"), { textContent: choice?.textContent ?? asWritten(text) }));
  }
  const actions = Object.assign(document.createElement("div"), { className: "fl-kept-actions" });
  actions.append(button(words.throwAway, "btn-outline-primary", () => { box.remove(); forget(key); }));
  box.append(Object.assign(document.createElement("p"), { textContent: words.kept(fields.length) }), list, actions);
  place.append(box);
}

// A text as the server keeps it: nothing at its ends, and nothing that nobody sees (kit.spelled).
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const kept = (text) => text.normalize("NFC").replace(UNSEEN, "").replaceAll("\r\n", "\n").trim();

// The page may have been made before what its lines sent on leaving arrived, or it never did: what
// was typed is put back and sent once more, which the server takes as the same. The rest is offered.
function open(form, left) {
  const found = store.find("form", keyOf(form));
  if (!found) return;
  const values = valuesOf(form);
  const other = Object.fromEntries(Object.entries(found).filter(([name, text]) => name in values && kept(values[name]) !== kept(text)));
  if (!Object.keys(other).length) {
    // It stands there: saved meanwhile, unless the page says that it is not.
    if (!document.querySelector("[data-unsaved]")) forget(keyOf(form));
    return;
  }
  const entries = Object.entries(other);
  const sent = left[keyOf(form)] ?? {};
  const again = Object.fromEntries(entries.filter(([name, text]) => sent[name] === text));
  const rest = Object.fromEntries(entries.filter(([name]) => !(name in again)));
  if (Object.keys(rest).length) {
    offered.set(form, rest);
    offer(form, rest);
  }
  setTimeout(() => put(form, again)); // once htmx has begun: it sends what is put
}

// A form that was sent and answered by another page was saved; a refusal comes without a detour.
function settle() {
  try {
    const sent = JSON.parse(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
    const [came] = performance.getEntriesByType("navigation");
    const led = came?.redirectCount > 0 && location.pathname !== "/sign-in";
    if (sent && led && Date.now() - sent.at < SENT_MS) forget(sent.key);
  } catch { /* switched off: what is kept is offered once more */ }
}

function submitted(event) {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (endsSession(form)) {
    store = undefined;
    clearKept();
    return;
  }
  if (!writtenForms().includes(form)) return;
  keepAll();
  try {
    sessionStorage.setItem(SENT, JSON.stringify({ key: keyOf(form), at: Date.now() }));
  } catch { /* switched off */ }
}

// The session ended in another window: nothing more of it stays on this device.
export function forgetAll() {
  clearTimeout(timer);
  store = undefined;
  over = true;
  clearKept();
}

export function startDrafts() {
  const person = document.body.dataset.person;
  if (!person) {
    writeLeft({}); // the session ended: nothing is sent before the person asks for it
    return;
  }
  store = keptFor(person);
  settle();
  const left = readLeft();
  writeLeft({});
  document.querySelectorAll("[data-kept-of]").forEach(show);
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (over || !form || !writtenForms().includes(form)) return;
    store ??= keptFor(person); // who was signing out has stayed
    form.dataset.typed = "";
    clearTimeout(timer);
    timer = setTimeout(keepAll, PAUSE);
  });
  document.addEventListener("fl:left", (event) => {
    const form = event.target.closest("form");
    if (!store || !form) return;
    const forms = readLeft();
    writeLeft({ ...forms, [keyOf(form)]: { ...forms[keyOf(form)], ...event.detail } });
  });
  document.addEventListener("fl:saved", (event) => {
    const form = event.target.closest("form");
    if (!store || !form) return;
    const { [keyOf(form)]: fields = {}, ...others } = readLeft();
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in event.detail)));
    writeLeft(Object.keys(rest).length ? { ...others, [keyOf(form)]: rest } : others);
    saved.set(form, { ...savedOf(form), ...event.detail });
    keep(form);
  });
  document.addEventListener("click", (event) => {
    const form = leaves(event)?.closest("form");
    if (!store || !form) return;
    forget(keyOf(form)); // left on purpose: it is not offered again
    store = undefined;
  });
  document.addEventListener("submit", submitted);
  window.addEventListener("pagehide", () => { if (store) keepAll(); });
  writtenForms().forEach((form) => open(form, left));
}

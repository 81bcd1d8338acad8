// The fields of a form or a line that people fill in, and what stands in them. Never those that let
// somebody in, never files, never what the form carries for itself.
const NEVER = [
  "[type=hidden]", "[type=file]", "[type=password]", "[type=submit]", "[type=button]", "[type=search]",
  "[autocomplete=one-time-code]", "[name=password]", "[name=again]", "[name=one-time-code]",
].join();

export function fieldsOf(root) {
  const every = root.elements || root.querySelectorAll("input, select, textarea");
  return [...every].filter((field) => field.name && field.matches("input, select, textarea") && !field.matches(NEVER) && !field.disabled);
}

// Name to text; of a box or a set of choices what is chosen, else nothing.
function texts(root, chosen, text) {
  const found = {};
  for (const field of fieldsOf(root)) {
    if (field.type === "checkbox" || field.type === "radio") {
      found[field.name] ||= chosen(field) ? field.value : "";
    } else found[field.name] = text(field).replace(/\r\n?/g, "\n");
  }
  return found;
}

export const valuesOf = (root) => texts(root, (field) => field.checked, (field) => field.value);

function servedText(field) {
  if (field.tagName !== "SELECT") return field.defaultValue;
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) || options[0])?.value ?? "";
}

// What stood in the fields when the page came.
export const servedOf = (root) => texts(root, (field) => field.defaultChecked, servedText);

export const differing = (one, other) => Object.keys(one).filter((name) => one[name] !== (other[name] ?? ""));

export const same = (one, other) => other !== undefined && !differing(one, other).length;

export const sourceOf = (line) => (line.matches("[hx-post]") ? line : line.querySelector("[hx-post]"));

// The forms in which people write: of a signed-in person, in the page itself, without a password.
export function writtenForms() {
  if (!document.body.dataset.person) return [];
  return [...document.querySelectorAll("main form[method=post]")].filter((form) => !form.querySelector("[type=password]"));
}

// The buttons that end the session: whatever is still unsent could not be sent after them.
export const endsSession = (form) => form.matches('[action="/sign-out"], [action="/account/sign-out-everywhere"]');

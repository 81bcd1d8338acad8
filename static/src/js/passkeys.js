// A form that takes a passkey (form[data-passkey], "make" or "show"): when it is pressed the
// server is asked for its question, the browser for the answer, and the form is sent with that.
import { words } from "./words.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const written = (buffer) => {
  if (!buffer) return undefined;
  const packed = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return packed.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};
const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

// The question; nothing where the server has another page to show (who is not signed in any more).
async function ask(form) {
  const csrf = form.elements.csrf ? form.elements.csrf.value : "";
  const answer = await fetch(form.dataset.question, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  return json ? answer.json() : null;
}

function made(question) {
  const user = { ...question.user, id: bytes(question.user.id) };
  const excludeCredentials = named(question.excludeCredentials);
  const publicKey = { ...question, user, excludeCredentials, challenge: bytes(question.challenge) };
  return navigator.credentials.create({ publicKey });
}

function shown(question) {
  const allowCredentials = named(question.allowCredentials);
  const publicKey = { ...question, allowCredentials, challenge: bytes(question.challenge) };
  return navigator.credentials.get({ publicKey });
}

function packed({ id, rawId, type, response }) {
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = response;
  return JSON.stringify({
    id,
    rawId: written(rawId),
    type,
    response: {
      clientDataJSON: written(clientDataJSON),
      attestationObject: written(attestationObject),
      authenticatorData: written(authenticatorData),
      signature: written(signature),
      userHandle: written(userHandle),
      transports: response.getTransports ? response.getTransports() : undefined,
    },
  });
}

function why(error, making) {
  if (error instanceof TypeError) return words.passkeyOffline;
  if (error.name === "InvalidStateError" && making) return words.passkeyThere;
  if (error.name === "NotSupportedError" || error.name === "SecurityError") return words.passkeyUnable;
  return making ? words.passkeyNotMade : words.passkeyNone;
}

async function run(form, tell) {
  const making = form.dataset.passkey === "make";
  if (!window.PublicKeyCredential) return tell(words.passkeyUnable);
  tell(words.passkeyWaiting);
  try {
    const question = await ask(form);
    if (question && question.refused) return tell(question.refused);
    if (question) form.elements.answer.value = packed(await (making ? made(question) : shown(question)));
  } catch (error) {
    return tell(why(error, making));
  }
  form.dataset.sent = ""; // as every form that is on its way (guard.js), of which nobody hears here
  return form.submit();
}

export function startPasskeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const place = form.querySelector("[data-told]");
    let busy = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (busy || form.dataset.sent !== undefined) return;
      busy = true;
      run(form, (sentence) => { place.textContent = sentence; }).finally(() => { busy = false; });
    });
    // Who comes back to the page presses anew: an answer is good once.
    window.addEventListener("pageshow", () => {
      form.elements.answer.value = "";
      place.textContent = "";
    });
  }
}

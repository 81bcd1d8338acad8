// The windows of one browser share one session. Who signs out in one has the others send first what
// was typed in them; what they could not send is asked about; afterwards they show nothing more.
import { endsSession } from "./typed.js";

const CHANNEL = "farelegami-windows";
const OUT = "farelegami-out";
const HEARD_MS = 250; // within which another window says that it is there
const me = `${Math.random()}`;
let channel;
let unsent = 0; // windows that hold something the session's end would lose

export const unsentElsewhere = () => unsent > 0;
export const forgetElsewhere = () => { unsent = 0; };

// Has the other windows send, until then; one that began and is not done counts as not sent.
export function othersSent(until) {
  unsent = 0;
  if (!channel) return Promise.resolve();
  const about = `${me} ${performance.now()}`;
  const sending = new Set();
  return new Promise((done) => {
    let listening = true;
    const end = () => {
      channel.removeEventListener("message", hear);
      unsent += sending.size;
      sending.clear();
      done();
    };
    const hear = ({ data }) => {
      if (data.about !== about) return;
      if (data.say === "here") sending.add(data.from);
      if (data.say !== "sent") return;
      sending.delete(data.from);
      if (data.unsaved) unsent += 1;
      if (!listening && !sending.size) end();
    };
    channel.addEventListener("message", hear);
    channel.postMessage({ say: "leaving", about, person: document.body.dataset.person });
    setTimeout(() => { listening = false; if (!sending.size) end(); }, HEARD_MS);
    setTimeout(end, Math.max(until - performance.now(), HEARD_MS));
  });
}

// The page after a sign-out tells the other windows; any other page without a person says nothing.
function tellOut() {
  try {
    const person = sessionStorage.getItem(OUT);
    sessionStorage.removeItem(OUT);
    if (person) channel.postMessage({ say: "out", person });
  } catch { /* switched off */ }
}

// `send` sends the lines of this page, `unsaved` tells what is left, `forget` drops what is kept.
export function startWindows({ send, unsaved, forget }) {
  if (!("BroadcastChannel" in window)) return;
  channel = new BroadcastChannel(CHANNEL);
  const { person } = document.body.dataset;
  if (!person) {
    tellOut();
    return;
  }
  channel.addEventListener("message", async ({ data }) => {
    if (data.person !== person) return;
    if (data.say === "leaving") {
      channel.postMessage({ say: "here", about: data.about, from: me });
      await send();
      channel.postMessage({ say: "sent", about: data.about, from: me, unsaved: unsaved() });
    }
    if (data.say !== "out") return;
    forget();
    if (!unsaved()) location.replace(location.pathname + location.search);
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !endsSession(event.target)) return;
    try {
      sessionStorage.setItem(OUT, person);
    } catch { /* switched off */ }
  });
}

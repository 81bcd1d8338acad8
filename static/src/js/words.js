// The few sentences that scripts say themselves, in the language of the page.
// Figures are written the Italian way in every language, as on the pages.
const figure = (n) => new Intl.NumberFormat("it", { maximumFractionDigits: 1, useGrouping: "always" }).format(n);

const SENTENCES = {
  it: {
    editing: "da salvare",
    byHand: "+ e − contano da una cifra, per esempio 2 o 1,5: qui correggi a mano.",
    saving: "sto salvando…",
    saved: (time) => `salvato ${time}`,
    failed: "Non salvato: controlla e riprova.",
    refused: "Non salvato: qui c'è scritto perché.",
    notSaved: (sentence) => `Non salvato. ${sentence}`,
    busy: "Non salvato: in questo momento siamo in tanti. Riprovo tra poco.",
    offline: "Non salvato: manca la linea. Riprovo appena torna.",
    offlineAll: "Manca la linea, ma qui non c'è niente da salvare.",
    signedOut: "Non salvato: non sei più dentro.",
    signIn: "Entra e continua",
    closed: "Non salvato: la tua sessione è stata chiusa. Succede quando esci, quando la password cambia o quando ti viene tolto un ruolo.",
    signInAnew: "Entra di nuovo",
    signedInAgain: "Non salvato: nel frattempo eri uscito e sei rientrato.",
    otherPerson: "Non salvato: in questo browser adesso c'è un'altra persona.",
    goOn: "Controlla e continua",
    lines: (n) => (n === 1 ? "Una riga non è salvata:" : `${figure(n)} righe non sono salvate:`),
    things: (n) => (n === 1 ? "C'è 1 cosa da sistemare." : `Ci sono ${figure(n)} cose da sistemare.`),
    keptHere: "Scritto su questo dispositivo",
    kept: (n) =>
      n === 1
        ? "Su questo dispositivo avevi scritto una cosa che qui non c'è:"
        : `Su questo dispositivo avevi scritto ${n} cose che qui non ci sono:`,
    putBack: "Rimetti",
    throwAway: "Butta via",
    nothing: "niente",
    yes: "sì",
    no: "no",
    stillFit: (n) => (n === 1 ? "resta 1 carattere" : `restano ${figure(n)} caratteri`),
    tooMany: (n) => (n === 1 ? "1 carattere di troppo" : `${figure(n)} caratteri di troppo`),
    tooHeavy: (name, mb, most) => `«${name}» pesa ${figure(mb)} MB: il massimo è ${most} MB. Scegline uno più leggero.`,
    day: (n) => (n === 1 ? "1 giorno" : `${n} giorni`),
    hour: (n) => (n === 1 ? "1 ora" : `${n} ore`),
    minute: (n) => (n === 1 ? "1 minuto" : `${n} minuti`),
    second: (n) => (n === 1 ? "1 secondo" : `${n} secondi`),
    left: (parts) => `tra ${parts.join(" e ")}`,
    over: "scaduto",
    timeUp: "tempo scaduto",
    tooLate: "Non salvato: il tempo è scaduto. Quello che hai scritto resta qui, puoi copiarlo.",
    open: "aperto",
    opened: "adesso è aperto",
    noMark: (typed, marks, stays) => {
      const whole = typed.includes(",") && marks.every((mark) => !mark.includes(","));
      const which = whole ? "qui si danno solo punti interi" : "non è un punteggio di questo criterio";
      return `«${typed}»: ${which} (${marks.join(" · ")}). ${stays ? `Resta ${stays}.` : "Non c'è ancora un punteggio."}`;
    },
    keepMine: "Tieni quello che hai scritto",
    savedWrong: (time) => `salvato ${time}, ma da correggere`,
    from: (group, label) => `${group}, ${label}`,
    found: (n) => (n === 1 ? "1 trovato" : `${n} trovati`),
    noFingerprint: "Un'impronta è fatta di 64 cifre, da 0 a 9 e da a a f.",
    moreDigits: (n) => (n === 1 ? "Ancora 1 cifra." : `Ancora ${n} cifre.`),
    severalFingerprints: "Più di una domanda comincia così: scrivi altre cifre.",
    unknownFingerprint: "Nessuna domanda di questa graduatoria ha questa impronta.",
    reading: "Leggo il file…",
    sameFile: "Ha un'impronta di questa pagina. È: ",
    otherFile: (sha256) => `Non è uguale a nessuno dei file di questa pagina. La sua impronta: ${sha256}`,
    largeFile: "È troppo grande per essere uno di questi file.",
    insecure: "Qui il browser non calcola impronte (serve una pagina https): usa il comando qui sotto.",
    passkeyWaiting: "Adesso tocca al tuo dispositivo…",
    passkeyNone: "Non è arrivata nessuna passkey: hai chiuso la finestra, o qui non ce n'è una per FareLegami. Premi di nuovo, o usa un altro modo.",
    passkeyNotMade: "La passkey non è stata fatta: hai chiuso la finestra, o questo dispositivo non può. Serve un blocco dello schermo (impronta, viso o PIN).",
    passkeyThere: "Su questo dispositivo una passkey per FareLegami c'è già: usa quella.",
    passkeyUnable: "Questo browser non sa usare le passkey: usa un altro modo.",
    passkeyOffline: "Manca la linea: premi di nuovo appena torna.",
    unreadable: "Il file non si riesce a leggere.",
  },
  en: {
    editing: "not saved yet",
    byHand: "+ and − count from a figure, 2 or 1,5 say: correct this by hand.",
    saving: "saving…",
    saved: (time) => `saved ${time}`,
    failed: "Not saved: check it and try again.",
    refused: "Not saved: it says here why.",
    notSaved: (sentence) => `Not saved. ${sentence}`,
    busy: "Not saved: there are many of us at the moment. I will try again shortly.",
    offline: "Not saved: no connection. I will try again when it is back.",
    offlineAll: "The line is down, but there is nothing to save here.",
    signedOut: "Not saved: you are signed out.",
    signIn: "Sign in and go on",
    closed: "Not saved: your session was closed. That happens when you sign out, when the password changes or when a role is taken from you.",
    signInAnew: "Sign in again",
    signedInAgain: "Not saved: meanwhile you were signed out and in again.",
    otherPerson: "Not saved: somebody else is signed in in this browser now.",
    goOn: "Check and go on",
    lines: (n) => (n === 1 ? "One line is not saved:" : `${figure(n)} lines are not saved:`),
    things: (n) => (n === 1 ? "There is 1 thing to put right." : `There are ${figure(n)} things to put right.`),
    keptHere: "Written on this device",
    kept: (n) =>
      n === 1
        ? "On this device you wrote something that is not here:"
        : `On this device you wrote ${n} things that are not here:`,
    putBack: "Put back",
    throwAway: "Throw away",
    nothing: "nothing",
    yes: "yes",
    no: "no",
    stillFit: (n) => (n === 1 ? "1 character left" : `${figure(n)} characters left`),
    tooMany: (n) => (n === 1 ? "1 character too many" : `${figure(n)} characters too many`),
    tooHeavy: (name, mb, most) => `“${name}” weighs ${figure(mb)} MB: the most is ${most} MB. Choose a lighter one.`,
    day: (n) => (n === 1 ? "1 day" : `${n} days`),
    hour: (n) => (n === 1 ? "1 hour" : `${n} hours`),
    minute: (n) => (n === 1 ? "1 minute" : `${n} minutes`),
    second: (n) => (n === 1 ? "1 second" : `${n} seconds`),
    left: (parts) => `in ${parts.join(" and ")}`,
    over: "over",
    timeUp: "time is up",
    tooLate: "Not saved: the time is up. What you wrote stays here, you can copy it.",
    open: "open",
    opened: "it is open now",
    noMark: (typed, marks, stays) => {
      const whole = typed.includes(",") && marks.every((mark) => !mark.includes(","));
      const which = whole ? "only whole points are given here" : "this is no mark of this criterion";
      return `“${typed}”: ${which} (${marks.join(" · ")}). ${stays ? `${stays} stays.` : "There is no mark yet."}`;
    },
    keepMine: "Keep what you wrote",
    savedWrong: (time) => `saved ${time}, but to be corrected`,
    from: (group, label) => `${group}, ${label}`,
    found: (n) => `${n} found`,
    noFingerprint: "A fingerprint is made of 64 digits, from 0 to 9 and from a to f.",
    moreDigits: (n) => (n === 1 ? "1 more digit." : `${n} more digits.`),
    severalFingerprints: "More than one application begins like this: type more digits.",
    unknownFingerprint: "No application of this ranking has this fingerprint.",
    reading: "Reading the file…",
    sameFile: "It has a fingerprint of this page. It is: ",
    otherFile: (sha256) => `It is equal to none of the files of this page. Its fingerprint: ${sha256}`,
    largeFile: "It is too large to be one of these files.",
    insecure: "The browser computes no fingerprints here (it takes an https page): use the command below.",
    passkeyWaiting: "Now it is your device's turn…",
    passkeyNone: "No passkey came: you closed the window, or there is none for FareLegami here. Press again, or use another way.",
    passkeyNotMade: "The passkey was not made: you closed the window, or this device cannot. It takes a screen lock (finger, face or PIN).",
    passkeyThere: "There is a passkey for FareLegami on this device already: use that one.",
    passkeyUnable: "This browser cannot use passkeys: use another way.",
    passkeyOffline: "There is no connection: press again as soon as it is back.",
    unreadable: "The file cannot be read.",
  },
};

// What a field of a day or an hour holds, as people write it; any other text is what it is.
export function asWritten(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::\d\d)?)?$/.exec(text);
  if (!found) return text;
  const [, year, month, day, hour] = found;
  if (month > 12 || day > 31) return text;
  return `${day}/${month}/${year}${hour ? ` ${hour}` : ""}`;
}

export const words = SENTENCES[document.documentElement.lang] || SENTENCES.it;

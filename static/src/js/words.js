// The few sentences that scripts say themselves, in the language of the page.
const SENTENCES = {
  it: {
    editing: "da salvare",
    saving: "sto salvando…",
    saved: (time) => `salvato ${time}`,
    failed: "Non salvato: controlla e riprova.",
    offline: "Non salvato: manca la linea. Riprovo appena torna.",
    signedOut: "Non salvato: non sei più dentro. Entra in un'altra scheda, poi riprova qui.",
    day: (n) => (n === 1 ? "1 giorno" : `${n} giorni`),
    hour: (n) => (n === 1 ? "1 ora" : `${n} ore`),
    minute: (n) => (n === 1 ? "1 minuto" : `${n} minuti`),
    second: (n) => (n === 1 ? "1 secondo" : `${n} secondi`),
    left: (parts) => `tra ${parts.join(" e ")}`,
    over: "scaduto",
    found: (n) => (n === 1 ? "1 trovato" : `${n} trovati`),
  },
  en: {
    editing: "not saved yet",
    saving: "saving…",
    saved: (time) => `saved ${time}`,
    failed: "Not saved: check it and try again.",
    offline: "Not saved: no connection. I will try again when it is back.",
    signedOut: "Not saved: you are signed out. Sign in in another tab, then try again here.",
    day: (n) => (n === 1 ? "1 day" : `${n} days`),
    hour: (n) => (n === 1 ? "1 hour" : `${n} hours`),
    minute: (n) => (n === 1 ? "1 minute" : `${n} minutes`),
    second: (n) => (n === 1 ? "1 second" : `${n} seconds`),
    left: (parts) => `in ${parts.join(" and ")}`,
    over: "over",
    found: (n) => `${n} found`,
  },
};

export const words = SENTENCES[document.documentElement.lang] || SENTENCES.it;

"""The copy of one's own data as people read it: what the file says in signs, in words."""

from datetime import date, datetime
from typing import Any

from kit import sentences
from kit.errors import Message
from kit.words import text
from kit.words.text import render
from people import devices, mail_links, proof_words, roles
from people.providers import settings

# What stands in a column as a word of the program, by the name of the field.
_STATES = {
    "draft": Message("bozza"),
    "submitted": Message("inviata"),
    "sent": Message("inviata"),
    "waiting": Message("in attesa"),
    "good": Message("a posto"),
    "accepted": Message("accettato"),
    "declined": Message("rifiutato"),
    "withdrawn": Message("ritirato"),
    "asked": Message("l'hai chiesto tu"),
    "unused": Message("nessuno lo usava"),
    "it": Message("italiano"),
    "en": Message("inglese"),
    "invitation": Message("invito"),
    "registration": Message("registrazione"),
    "reset": Message("nuova password"),
    "factor": Message("secondo passo"),
    "confirmed": Message("confermato"),
    "tax_code": Message("codice fiscale"),
    "given_name": Message("nome"),
    "family_name": Message("cognome"),
    "birth_date": Message("data di nascita"),
    "address": Message("indirizzo di casa"),
    "centre": Message("centro"),
    "household": Message("famiglia"),
    "call": Message("bando"),
    "calls": Message("tutti i bandi"),
    "house": Message("tutto il servizio"),
    "application": Message("domanda"),
    "attachment": Message("allegato"),
    "document": Message("documento"),
    "group_order": Message("ordine"),
    "booking": Message("prenotazione"),
    "score_sheet": Message("scheda di valutazione"),
    "conflict_declaration": Message("dichiarazione di conflitto"),
    "person": Message("persona"),
    "producer": Message("produttore"),
    "price_list": Message("listino"),
    "agreement": Message("accordo"),
    "none": Message("nessuno"),
    **roles.NAMES,
}
_SAID = {
    "attribute", "state", "outcome", "because", "locale", "language", "purpose", "role",
    "scope_kind", "subject_kind", "kind",
}  # fmt: skip
ACTS = {
    "people.session.opened": Message("sei entrato"),
    "people.session.closed": Message("sei uscito"),
    "people.session.closed_everywhere": Message("uscita da tutti i dispositivi"),
    "people.password.changed": Message("password cambiata"),
    "people.password.refused": Message("password sbagliata"),
    "people.person.registered": Message("accesso registrato"),
    "people.person.renamed": Message("nome corretto"),
    "people.person.erased": Message("accesso cancellato"),
    "people.role.granted": Message("ruolo dato"),
    "people.role.revoked": Message("ruolo tolto"),
    "people.session.proved": Message("hai confermato chi sei"),
    "people.code.refused": Message("codice sbagliato"),
    "people.passkey.refused": Message("passkey non accettata"),
    "people.factor.added": Message("secondo passo aggiunto"),
    "people.factor.removed": Message("secondo passo tolto"),
    "people.factors.forgotten": Message("secondi passi tolti da chi gestisce il servizio"),
    "people.recovery_codes.made": Message("codici di recupero fatti"),
    "people.identity.linked": Message("identità digitale collegata"),
    "people.identity.unlinked": Message("identità digitale scollegata"),
    "people.role.ended": Message("ruolo finito"),
    "people.role.kept": Message("ruolo prolungato perché nessun altro l'ha"),
    "people.administrator_proposal.made": Message("amministrazione proposta"),
    "people.administrator_proposal.confirmed": Message("proposta confermata"),
    "people.administrator_proposal.withdrawn": Message("proposta ritirata"),
    "people.address.asked": Message("nuovo indirizzo chiesto"),
    "people.address.dropped": Message("nuovo indirizzo lasciato perdere"),
    "people.address.changed": Message("indirizzo cambiato"),
    "people.erasure.asked": Message("cancellazione chiesta"),
    "people.erasure.withdrawn": Message("cancellazione ritirata"),
    "people.invitation.sent": Message("invito mandato"),
    "people.invitation.sent_again": Message("invito rimandato"),
    "people.invitation.accepted": Message("invito accettato"),
    "people.invitation.declined": Message("invito rifiutato"),
    "people.invitation.withdrawn": Message("invito ritirato"),
    "calls.commission.bounded": Message("commissione con una fine"),
    "kit.document.handed_out": Message("documento preso"),
    "market.household.welcomed": Message("famiglia accolta"),
    "market.household.edited": Message("famiglia corretta"),
    "market.household.limit_set": Message("limite della famiglia cambiato"),
    "market.household.address.forgotten": Message("indirizzo della famiglia tolto"),
    "market.booking.lines_set": Message("prenotazione cambiata"),
    "market.group_order.opened": Message("ordine aperto"),
    "market.group_order.closed": Message("ordine chiuso"),
    "market.group_order.settled": Message("ordine saldato"),
    "market.group_order.prolonged": Message("ordine prolungato"),
    "market.group_order.cancelled": Message("ordine annullato"),
    "market.pickups.read": Message("elenco dei ritiri aperto"),
    "market.by_voice.read": Message("letto che cosa dire a voce"),
    "calls.application.started": Message("domanda cominciata"),
    "calls.application.saved": Message("domanda salvata"),
    "calls.application.submitted": Message("domanda inviata"),
    "calls.application.came_late": Message("invio arrivato tardi"),
    "calls.application.read": Message("domanda aperta"),
    "calls.attachment.added": Message("allegato aggiunto"),
    "calls.attachment.removed": Message("allegato tolto"),
    "calls.conflict.declared": Message("conflitto dichiarato"),
    "calls.score_sheet.saved": Message("scheda salvata"),
    "calls.score_sheet.sent": Message("scheda inviata"),
    "calls.call.started": Message("bando cominciato"),
    "calls.call.saved": Message("bando salvato"),
    "calls.call.published": Message("bando pubblicato"),
    "calls.call.opened": Message("buste aperte"),
    "calls.ranking.published": Message("graduatoria pubblicata"),
    "calls.ranking.tried": Message("graduatoria provata"),
    "calls.trial.reopened": Message("prova della graduatoria riaperta"),
    "calls.trial.lapsed": Message("prova della graduatoria decaduta"),
    "calls.conflicts.recorded": Message("conflitti messi agli atti"),
    "calls.evaluator.appointed": Message("commissario nominato"),
    "calls.evaluator.dismissed": Message("commissario tolto"),
    "calls.evaluator.renounced": Message("rinuncia alla commissione"),
    "calls.double.decided": Message("deciso su domande doppie"),
    "market.agreement.made": Message("accordo con un produttore"),
    "market.agreement.edited": Message("accordo corretto"),
    "market.price_list.imported": Message("listino caricato"),
    "market.price_list.exported": Message("listino scaricato"),
    "market.price_list.saved": Message("listino corretto"),
    "market.producer.welcomed": Message("produttore aggiunto"),
    "market.product.corrected": Message("prodotto corretto"),
    "market.producer.corrected": Message("produttore corretto"),
    "market.producer.passed_on": Message("produttore passato a un altro centro"),
    "market.centre.founded": Message("centro aperto"),
    "market.pickup_point.added": Message("punto di ritiro aggiunto"),
    "ledger.journal.posted": Message("movimento registrato"),
}
"""What people call the acts that the register names."""
_LONGEST = 400
_NOTHING = "–"


def said(name: str, value: Any) -> str:
    """Say a value of the copy, by the name of its field."""
    if value is None or value == "" or value == {}:
        return _NOTHING
    if isinstance(value, bool):
        return render(Message("sì")) if value else render(Message("no"))
    if name == "means":
        return render(proof_words.in_words(value))
    if isinstance(value, list):
        return ", ".join(said(name, each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {said(key, each)}" for key, each in value.items())
    if name.endswith("_cents"):
        return sentences.euro(value)
    if isinstance(value, str):
        return _text(name, value)
    return str(value)


def _text(name: str, value: str) -> str:
    if name.endswith("_at") or name == "at":
        return text.when(datetime.fromisoformat(value))
    if name == "day":
        return text.day(date.fromisoformat(value))
    if name == "provider":
        return settings.called(value)
    if name == "purpose" and value in mail_links.purposes:
        return render(mail_links.purposes[value].title)
    if name == "device":
        return render(devices.said(value))
    if name == "action" or ("." in value and value in ACTS):
        return render(ACTS[value]) if value in ACTS else value
    if name in _SAID:
        return render(_STATES[value]) if value in _STATES else value
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"

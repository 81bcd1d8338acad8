"""How long things are kept: one schedule, in words for people, bound to the timers that run."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from community import own_data
from kit import acts, mail
from kit.errors import Message
from kit.run import logs
from kit.settings import settings
from people import (
    address_changes,
    codes,
    erasures,
    invitations,
    known_devices,
    link_wishes,
    new_devices,
    passkey_challenges,
    proposals,
    sign_ins,
)


class Retention(NamedTuple):
    """What is kept, how long, and why so long; `timer` is the job that ends it, if one does."""

    what: Message
    how_long: Message
    why: Message
    timer: str | None


SCHEDULE = (
    Retention(
        Message("il tuo accesso: nome, indirizzo, password (come impronta), ruoli"),
        Message(
            "finché non chiedi di cancellarlo, poi altri {days} giorni per ripensarci",
            days=erasures.WAITS[erasures.ASKED].days,
        ),
        Message("serve per entrare"),
        "community.find_erasures",
    ),
    Retention(
        Message("gli accessi senza ruoli e senza domande con cui non entra nessuno"),
        Message(
            "{days} giorni, poi una lettera e altri {more} giorni",
            days=known_devices.KEPT.days,
            more=erasures.WAITS[erasures.UNUSED].days,
        ),
        Message("non servono più a niente"),
        "community.find_erasures",
    ),
    Retention(
        Message("l'ultima lettera a chi ha cancellato l'accesso, con l'indirizzo"),
        Message("{days} giorni", days=erasures.TOLD.days),
        Message("per poterla rimandare se non arriva"),
        "community.tidy",
    ),
    Retention(
        Message("le sessioni finite da sole"),
        Message("{days} giorni", days=sign_ins.REMEMBERED.days),
        Message("per restituirti quello che scrivevi"),
        "people.tidy",
    ),
    Retention(
        Message("i browser da cui sei entrato"),
        Message("{days} giorni dall'ultimo uso", days=known_devices.KEPT.days),
        Message("chi indovina la tua password non ti chiude fuori"),
        "people.tidy",
    ),
    Retention(
        Message("i secondi passi: app dei codici, codici di recupero, passkey"),
        Message("finché non li togli o cancelli l'accesso"),
        Message("per essere certi che sei tu"),
        None,
    ),
    Retention(
        Message("un'app dei codici non confermata"),
        Message("{n} minuti", n=codes.BEGUN_FOR // timedelta(minutes=1)),
        Message("il tempo di aggiungerla"),
        "people.tidy",
    ),
    Retention(
        Message("quello che si chiede al dispositivo per una passkey, come impronta"),
        Message("{n} minuti", n=passkey_challenges.GOOD_FOR // timedelta(minutes=1)),
        Message("vale una volta sola"),
        "people.tidy",
    ),
    Retention(
        Message("SPID, CIE e simili, e quello che ci dicono di te"),
        Message("finché non scolleghi o cancelli l'accesso"),
        Message("per farti entrare e sapere chi ha firmato"),
        None,
    ),
    Retention(
        Message("i ruoli con una fine"),
        Message("fino a quel giorno; chi ha valutato resta negli atti del bando"),
        Message("servono fino ad allora"),
        "people.end_roles",
    ),
    Retention(
        Message("le proposte per l'amministrazione, con nome e indirizzo"),
        Message(
            "{days} giorni dopo la risposta, o dopo la proposta", days=proposals.REMEMBERED.days
        ),
        Message("perché una seconda persona le confermi"),
        "people.tidy",
    ),
    Retention(
        Message("i collegamenti «Non sono stato io» delle lettere"),
        Message("{days} giorni", days=new_devices.DAYS),
        Message("per fermare un dispositivo che non conosci"),
        "people.tidy",
    ),
    Retention(
        Message("inviti e collegamenti delle lettere"),
        Message("{days} giorni dopo la scadenza", days=invitations.REMEMBERED.days),
        Message("per rispondere a chi apre una lettera vecchia"),
        "people.tidy",
    ),
    Retention(
        Message("le lettere chieste che non sono potute partire"),
        Message("{days} giorni", days=link_wishes.KEPT.days),
        Message("per riprovare"),
        "people.tidy",
    ),
    Retention(
        Message("un nuovo indirizzo chiesto e non confermato"),
        Message("{hours} ore", hours=address_changes.LIFETIME // timedelta(hours=1)),
        Message("il tempo di aprire la lettera"),
        "people.tidy",
    ),
    Retention(
        Message("i conteggi di chi prova a entrare o chiede lettere"),
        Message(
            "finché contano, al massimo un giorno; di una rete o di un indirizzo c'è solo "
            "un'impronta"
        ),
        Message("per rallentare chi indovina"),
        "kit.forget_limits",
    ),
    Retention(
        Message("i moduli inviati, come numeri"),
        Message("{days} giorni", days=acts.REMEMBERED.days),
        Message("lo stesso invio non conta due volte"),
        "kit.forget_acts",
    ),
    Retention(
        Message("le lettere che ti scriviamo"),
        Message("{days} giorni", days=mail.FORGOTTEN.days),
        Message("per provare che sono partite"),
        "kit.forget_mail",
    ),
    Retention(
        Message("la copia dei tuoi dati, se la chiedi"),
        Message("{days} giorni", days=own_data.KEPT.days),
        Message("il tempo di prenderla"),
        "community.tidy",
    ),
    Retention(
        Message("movimenti, addebiti, conti"),
        Message("almeno 10 anni"),
        Message("Codice civile, articolo 2220"),
        None,
    ),
    Retention(
        Message("domande inviate, ricevute, schede, graduatorie"),
        Message("finché la Soprintendenza archivistica non ne permette lo scarto"),
        Message("D.Lgs. 42/2004, articolo 21; D.P.R. 445/2000, articolo 68"),
        None,
    ),
    Retention(
        Message("il registro delle modifiche"),
        Message("finché c'è il servizio"),
        Message("è una catena che prova che niente è stato alterato"),
        None,
    ),
    Retention(
        Message("ordini e prenotazioni"),
        Message("finché il centro li tiene"),
        Message("sono il conto di chi ha avuto che cosa"),
        None,
    ),
    Retention(
        Message("il diario tecnico: pagine chieste, errori, mai quello che scrivi"),
        Message(
            "gli ultimi {size} MB di ogni programma, poi si riscrive",
            size=2 * logs.LARGEST // 1_000_000,
        ),
        Message("per trovare i guasti"),
        None,
    ),
    Retention(
        Message("le copie di sicurezza"),
        Message("quanto stabilisce chi gestisce il servizio"),
        Message("per ripartire dopo un guasto"),
        None,
    ),
)


class Controller(NamedTuple):
    """Who answers for the data; None where the settings do not say it."""

    controller: str | None
    contact: str | None


def body() -> Controller:
    """Who answers for the data of this installation, and where they are reached."""
    return Controller(settings().controller, settings().contact)


def violations(_session: Session) -> list[str]:
    """Say what a public installation has to name on its pages and does not."""
    if not settings().public:
        return []
    lacking = {
        "FARELEGAMI_CONTROLLER": settings().controller,
        "FARELEGAMI_CONTACT": settings().contact,
    }
    return [
        f"{name} is not set: the pages on personal data and accessibility name nobody"
        for name, value in lacking.items()
        if value is None
    ]

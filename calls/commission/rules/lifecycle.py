"""Until when a commission works: a trial of the ranking freezes it, a published ranking ends it."""

from kit.errors import Refused

# A mark given by one person alone is no commission (collegiality).
FEWEST_SHEETS = 2
SHORTEST_REASON = 10
LONGEST_REASON = 1000


def check_may_change(*, ranked: bool, deserted: bool = False, tried: bool = False) -> None:
    """Raise Refused once the ranking is tried or published: the commission stands as it decided.

    Whoever has seen all points could choose by a change which outcome they want. `deserted` says
    that what is published is that nobody applied.
    """
    if ranked and deserted:
        raise Refused("È pubblicato che il bando è andato deserto: la commissione non cambia più.")
    if ranked:
        raise Refused("La graduatoria è pubblicata: la commissione non cambia più.")
    if tried:
        raise Refused(
            "La graduatoria è stata provata, con tutti i punti in vista: commissione e domande "
            "doppie non cambiano più, e l'ufficio non registra conflitti. Si può riaprire la "
            "prova, con un motivo che si pubblica; quale conta delle domande doppie resta com'era."
        )


def check_may_reopen(*, ranked: bool, tried: bool, reason: str, deserted: bool = False) -> None:
    """Raise Refused where no trial is to be taken back, and without a reason for it."""
    if ranked and deserted:
        raise Refused("È pubblicato che il bando è andato deserto: non c'è nessuna prova.")
    if ranked:
        raise Refused("La graduatoria è pubblicata: la prova non si riapre più.")
    if not tried:
        raise Refused("Non c'è nessuna prova da riaprire.")
    check_reason(reason)


def check_reason(reason: str, *, published: bool = True) -> None:
    """Raise Refused where an act gives no reason, or one too short to be one, or too long.

    `published` says that it stands beside the ranking; else only who it is about reads it.
    """
    if len(reason) < SHORTEST_REASON and not published:
        raise Refused(
            "Scrivi il motivo, con almeno {shortest} caratteri: lo legge chi è tolto.",
            field="reason",
            shortest=SHORTEST_REASON,
        )
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            "Scrivi il motivo, con almeno {shortest} caratteri: si pubblica con la graduatoria.",
            field="reason",
            shortest=SHORTEST_REASON,
        )
    if len(reason) > LONGEST_REASON:
        raise Refused(
            "Il motivo è troppo lungo: al massimo {longest} caratteri.",
            field="reason",
            longest=LONGEST_REASON,
        )


def check_needed(*, short: int) -> None:
    """Raise Refused for an appointment after a trial where no application is short of judges."""
    if not short:
        raise Refused(
            "La graduatoria è già stata provata, con tutti i punti in vista: si nomina solo dove "
            "una domanda ha meno di {fewest} persone che la possono valutare, e ora non ce n'è "
            "nessuna.",
            fewest=FEWEST_SHEETS,
        )


def check_may_renounce(*, sent: bool) -> None:
    """Raise Refused for who has sent a sheet: what was judged stands."""
    if sent:
        raise Refused(
            "Hai già inviato una scheda: non puoi più rinunciare. Se non puoi continuare, scrivi "
            "all'ufficio."
        )


def check_may_evaluate(*, ranked: bool) -> None:
    """Raise Refused once the ranking is published: nobody declares, marks or sends any more."""
    if ranked:
        raise Refused("La graduatoria è pubblicata: la valutazione è chiusa.")

"""The words for the fixed parts of a call, for its page, its form and its printed text."""

from decimal import Decimal

from calls.texts.rules.call_content import CallContent, Criterion
from kit import sentences
from kit.errors import Message
from kit.sentences import counted

SECTION_TITLES = {
    "aims": Message("Finalità e risorse"),
    "beneficiaries": Message("Chi può fare domanda"),
    "costs": Message("Spese ammesse"),
    "aid": Message("Il contributo"),
    "documents": Message("Documenti da allegare"),
    "procedure": Message("Come si svolge la valutazione"),
    "appeal": Message("Ricorsi e accesso agli atti"),
    "privacy": Message("Dati personali"),
}

TIE_BREAKS = {
    "requested_low": Message("chi chiede il contributo più basso"),
    "sent_first": Message("chi ha inviato prima (istante di ricezione)"),
    "lot": Message("sorteggio pubblico, ripetibile da chiunque"),
}

BUDGET_RULES = {
    "stop": Message("La prima domanda che non ci sta per intero ferma la graduatoria."),
    "partial": Message("La prima domanda che non ci sta per intero riceve ciò che resta."),
    "skip": Message("Se una domanda non ci sta per intero, si passa alla prima che ci sta."),
}

SHEETS_OF_DISMISSED = {
    "count": Message("Le schede che ha già inviato contano, come quelle di chi resta."),
    "leave": Message("Nessuna sua scheda conta più, nemmeno quelle già inviate."),
}

# The same in the text of a call, as a sentence of its own.
IF_DISMISSED = {
    "count": Message(
        "Se una persona è tolta dalla commissione, le schede che ha già inviato contano, come "
        "quelle di chi resta."
    ),
    "leave": Message(
        "Se una persona è tolta dalla commissione, nessuna sua scheda conta più, nemmeno quelle "
        "già inviate."
    ),
}

ROUNDING_STEPS = {
    "criterion": Message("il punteggio di ogni criterio, poi si sommano"),
    "total": Message("solo il totale, alla fine"),
}

OPERATORS = {">=": Message("almeno"), ">": Message("più di")}


# Templates get this module as `words`: marks and weights are written by it.
number = sentences.number


def many_points(points: Decimal | str) -> int:
    """Give the grammatical number of points: 1 for exactly one."""
    return 1 if abs(Decimal(points)) == 1 else 2


def tie_break(content: CallContent, key: str) -> Message:
    """Say in words what decides between equal totals."""
    if not key.startswith("criterion:"):
        return TIE_BREAKS[key]
    criterion = content.criterion(key.removeprefix("criterion:"))
    return Message("il punteggio più alto in «{criterion}»", criterion=criterion.name)


def minimum(criterion: Criterion) -> Message | None:
    """Say what a criterion needs at least; None when it excludes nobody."""
    if criterion.minimum is None:
        return None
    if criterion.operator == ">":
        return Message("serve più di {minimum}", minimum=number(criterion.minimum))
    return Message("serve almeno {minimum}", minimum=number(criterion.minimum))


def threshold(content: CallContent) -> Message | None:
    """Say what total is needed; None when there is no threshold."""
    if content.threshold is None:
        return None
    if content.threshold_operator == ">":
        return counted(
            many_points(content.threshold),
            "Passa chi ottiene più di {threshold} punto su {attainable}.",
            "Passa chi ottiene più di {threshold} punti su {attainable}.",
            threshold=number(content.threshold),
            attainable=number(content.attainable),
        )
    return counted(
        many_points(content.threshold),
        "Passa chi ottiene almeno {threshold} punto su {attainable}.",
        "Passa chi ottiene almeno {threshold} punti su {attainable}.",
        threshold=number(content.threshold),
        attainable=number(content.attainable),
    )

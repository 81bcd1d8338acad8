"""Who is in conflict with which application, and why: found in what is known, not declared.

L. 241/1990 art. 6-bis and c.p.c. art. 51: nobody judges a matter of their own or of who lives
with them; and who takes part in a comparison judges none of the others (DR-17). A tie is with a
person: it reaches every application of theirs to the call, whatever the account.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from kit.errors import Message, Refused

Tie = Literal["own", "same_code", "household", "double", "rival"]
OWN: Tie = "own"
SAME_CODE: Tie = "same_code"
HOUSEHOLD: Tie = "household"
DOUBLE: Tie = "double"
RIVAL: Tie = "rival"

WORDS: dict[str, Message] = {
    OWN: Message("È la sua domanda"),
    SAME_CODE: Message("Stesso codice fiscale di una sua domanda"),
    HOUSEHOLD: Message("Stessa famiglia di chi ha presentato la domanda"),
    DOUBLE: Message("Ha un conflitto su un'altra domanda con lo stesso codice fiscale"),
    RIVAL: Message("Ha presentato una domanda in questo stesso bando"),
}


class Party(NamedTuple):
    """What may tie two people: the account, the tax codes they sent, their households."""

    person_id: int
    tax_codes: frozenset[str] = frozenset()
    households: frozenset[int] = frozenset()


def tie(evaluator: Party, applicant: Party, *, double: bool = False) -> Tie | None:
    """Say what ties an evaluator to the one behind an application; the strongest, or None.

    `double` says that they are in conflict with another application of the same person.
    """
    if evaluator.person_id == applicant.person_id:
        return OWN
    if evaluator.tax_codes & applicant.tax_codes:
        return SAME_CODE
    if evaluator.households & applicant.households:
        return HOUSEHOLD
    return DOUBLE if double else None


def found(
    evaluator: Party, applicants: Mapping[int, Party], declared: Collection[int] = ()
) -> dict[int, Tie]:
    """Name every application of a call (by id) that an evaluator may not judge, and why.

    Whoever has an application of their own in the call judges none of it. What ties to one
    application of a person, found or `declared` (the ids), ties to all with their tax code.
    """
    ties = {id_: tie(evaluator, applicant) for id_, applicant in applicants.items()}
    applies = any(found in (OWN, SAME_CODE) for found in ties.values())
    tied = {
        code
        for id_, applicant in applicants.items()
        if ties[id_] is not None or id_ in declared
        for code in applicant.tax_codes
    }
    doubles = {
        id_
        for id_, applicant in applicants.items()
        if id_ not in declared and not tied.isdisjoint(applicant.tax_codes)
    }
    named = {
        id_: found or (DOUBLE if id_ in doubles else RIVAL if applies else None)
        for id_, found in ties.items()
    }
    return {id_: found for id_, found in named.items() if found is not None}


def check_free(found: Tie | None) -> None:
    """Raise Refused when something ties an evaluator to the application they act on."""
    if found is not None:
        raise Refused(
            "Non puoi valutare questa domanda. {why}: dichiaralo, e la domanda passa ad altri.",
            why=_TO_THE_EVALUATOR[found],
        )


_TO_THE_EVALUATOR: dict[Tie, Message] = {
    OWN: Message("È la tua domanda"),
    SAME_CODE: Message("Ha il codice fiscale di una tua domanda"),
    HOUSEHOLD: Message("Sei nella famiglia di chi l'ha presentata"),
    DOUBLE: Message("Hai un conflitto su un'altra domanda con lo stesso codice fiscale"),
    RIVAL: Message("Hai una domanda in questo stesso bando"),
}


def may_not_apply(*, judges: bool, in_office: bool) -> Message | None:
    """Say why who judges the applications of the call, or works in its office, may not apply."""
    if judges:
        return Message(
            "Sei nella commissione di questo bando: non puoi fare domanda. Se vuoi farla, "
            "rinuncia prima alla commissione, dalla pagina «Valutazioni»."
        )
    if in_office:
        return Message("Lavori nell'ufficio di questo bando: non puoi fare domanda.")
    return None


def check_may_apply(*, judges: bool, in_office: bool) -> None:
    """Raise Refused for who judges the applications of the call, or works in its office."""
    if why := may_not_apply(judges=judges, in_office=in_office):
        raise Refused(why)


def check_may_appoint(*, oneself: bool, name: str, ties: Iterable[Tie]) -> None:
    """Raise Refused for oneself, and for who has an application in the call.

    `ties` are those known to the office, which knows of no application before the opening.
    """
    if oneself:
        raise Refused("Chi nomina la commissione non può nominare se stesso.", field="email")
    if {OWN, SAME_CODE} & set(ties):
        raise Refused(
            "{name} ha una domanda in questo bando e non può stare nella commissione.",
            field="email",
            name=name,
        )

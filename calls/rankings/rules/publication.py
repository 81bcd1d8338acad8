"""What a call still lacks before its ranking may be published."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import Refused
from kit.sentences import counted

# A mark given by one person alone is no commission (collegiality).
FEWEST_SHEETS = 2


@dataclass(frozen=True)
class Owed:
    """Opened applications (None while sealed), sheets still due, applications short of sheets.

    `ties` are conflicts of the commission that were found and are not recorded yet.
    """

    applications: int | None
    sheets: int
    lacking: int
    ties: int = 0

    @property
    def complete(self) -> bool:
        """Whether the ranking can be computed."""
        return self.applications is not None and not (self.sheets or self.lacking or self.ties)

    @property
    def deserted(self) -> bool:
        """Whether the call is open and nobody applied: it ends without a ranking of anybody."""
        return self.applications == 0


def owed(
    applications: int | None, due_and_sent: Sequence[tuple[int, int]], lacking: int, ties: int = 0
) -> Owed:
    """Add up what the members of the commission still owe (due and sent of each).

    Where nobody applied nothing is owed.
    """
    if applications == 0:
        return Owed(0, 0, 0)
    return Owed(applications, sum(due - sent for due, sent in due_and_sent), lacking, ties)


def check_may_publish(owed: Owed, *, ranked: bool) -> None:
    """Raise Refused while envelopes are sealed or sheets are missing, and the second time."""
    if ranked:
        raise Refused("La graduatoria è già pubblicata.")
    if owed.applications is None:
        raise Refused("Prima si aprono le domande.")
    if owed.ties:
        raise Refused(
            "Prima registra i conflitti trovati: chi ha un legame con una domanda non la valuta."
        )
    if not owed.complete:
        message = counted(
            max(owed.sheets, owed.lacking),
            "Manca ancora {n} scheda: la graduatoria si pubblica quando ci sono tutte, "
            "almeno {fewest} per domanda.",
            "Mancano ancora {n} schede: la graduatoria si pubblica quando ci sono tutte, "
            "almeno {fewest} per domanda.",
            fewest=FEWEST_SHEETS,
        )
        raise Refused(message)

"""What a call still lacks before its ranking may be published."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import Refused

# A mark given by one person alone is no commission (collegiality of the panel).
FEWEST_SHEETS = 2


@dataclass(frozen=True)
class Owed:
    """Opened applications (None while sealed), sheets still due, applications short of sheets."""

    applications: int | None
    sheets: int
    lacking: int

    @property
    def complete(self) -> bool:
        """Whether the ranking can be computed."""
        return bool(self.applications) and not self.sheets and not self.lacking


def owed(applications: int | None, due_and_sent: Sequence[tuple[int, int]], lacking: int) -> Owed:
    """Add up what the members of the commission still owe (due and sent of each)."""
    return Owed(applications, sum(due - sent for due, sent in due_and_sent), lacking)


def check_may_publish(owed: Owed, *, ranked: bool) -> None:
    """Raise Refused while envelopes are sealed or sheets are missing, and the second time."""
    if ranked:
        raise Refused("La graduatoria è già pubblicata.")
    if owed.applications is None:
        raise Refused("Prima si aprono le domande.")
    if not owed.applications:
        raise Refused("A questo bando non è arrivata nessuna domanda: non c'è niente da ordinare.")
    if not owed.complete:
        raise Refused(
            "Mancano ancora {sheets} schede: la graduatoria si pubblica quando ci sono tutte, "
            "almeno {fewest} per domanda.",
            sheets=max(owed.sheets, owed.lacking),
            fewest=FEWEST_SHEETS,
        )

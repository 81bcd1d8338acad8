"""The drill's table: for the terminal, and between two markers of docs/reliability.md."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

BEGIN = "<!-- drill: begin, written by make drill -->"
END = "<!-- drill: end -->"
HEAD = (
    "fault",
    "times",
    "acts",
    "in flight",
    "acknowledged",
    "refused",
    "unknown",
    "lost",
    "green after, median",
    "at most",
)


@dataclass
class Tally:
    """What was counted of one kind of fault; seconds until all was well again."""

    times: int = 0
    in_flight: int = 0
    told: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    green: list[float] = field(default_factory=list)

    def row(self, name: str) -> list[str]:
        """Its line of the table."""
        told = [str(self.told[word]) for word in ("acknowledged", "refused", "unknown")]
        slow = (
            [f"{median(self.green):.1f} s", f"{max(self.green):.1f} s"] if self.green else ["–"] * 2
        )
        acts = sum(self.told.values())
        return [name, str(self.times), str(acts), str(self.in_flight), *told, str(self.lost), *slow]


def table(tallies: dict[str, Tally]) -> str:
    """Give the table in Markdown."""
    rows = [list(HEAD), ["---", *["---:"] * (len(HEAD) - 1)]]
    rows += [tally.row(name) for name, tally in tallies.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(page: Path, words: str) -> None:
    """Put what was found between the page's markers; raises ValueError where they are not."""
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{page} has no place for the table")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{words}\n{END}{after}", encoding="utf-8")

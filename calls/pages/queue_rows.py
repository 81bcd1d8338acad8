"""The rows of the evaluator's list, joined as text: it has 250 of them and is opened all day."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec
from markupsafe import Markup, escape

from calls.score_sheets.queue import QueueRow
from calls.texts.rules import call_words
from calls.texts.rules.call_content import Criterion
from kit.sentences import comma
from kit.words.text import gettext as _

_CENT = Decimal("0.01")
_KINDS = {"sent": "good", "draft": "wait", "new": "calm", "undeclared": "calm"}
_NOTHING = "–"


def html(rows: Iterable[QueueRow], criteria: Sequence[Criterion], call_id: int) -> Markup:
    """Write the rows of `evaluations.queue`; everything that people typed is escaped here.

    The columns are those of templates/calls/queue/list.html.
    """
    names = [str(escape(name)) for name in columns()]
    states = _states()
    codes = [criterion.code for criterion in criteria]
    base = f"/calls/{call_id}/evaluations/"
    parts = []
    decode = msgspec.json.Decoder(dict[str, str]).decode
    for row in rows:
        code, firm = escape(row.code), escape(row.firm)
        state = states[row.state or ("new" if row.declared else "undeclared")]
        marks = decode(row.marks) if row.marks else {}
        given = comma(" · ".join(marks.get(c, _NOTHING) for c in codes))
        others = row.mean_of_others
        mean = None if others is None else others.quantize(_CENT, ROUND_HALF_UP)
        parts.append(
            f'<tr role="row" data-filter-item="{code} {firm}"><th scope="row" role="rowheader">'
            f'<a href="{base}{row.application_id}">{code}</a></th>'
            f'<td role="cell" data-label="{names[1]}">{firm}</td>'
            f'<td role="cell" data-label="{names[2]}">{state}</td>'
            f'<td role="cell" data-label="{names[3]}">{given if marks else _NOTHING}</td>'
            f'<td role="cell" data-label="{names[4]}" data-kind="number">{_figure(row.total)}</td>'
            f'<td role="cell" data-label="{names[5]}" data-kind="number">{_figure(mean)}</td></tr>'
        )
    return Markup("".join(parts))  # noqa: S704 - every piece was escaped above


def columns() -> list[str]:
    """The names of the columns, in order."""
    return [
        _("Domanda"),
        _("Impresa o progetto"),
        _("La tua scheda"),
        _("I tuoi punteggi"),
        _("Il tuo totale"),
        _("Media degli altri"),
    ]


def _states() -> dict[str, str]:
    words = {
        "sent": _("inviata"),
        "draft": _("iniziata"),
        "new": _("da valutare"),
        "undeclared": _("da dichiarare"),
    }
    return {
        state: f'<span class="fl-state fl-state-{_KINDS[state]}">{escape(word)}</span>'
        for state, word in words.items()
    }


def _figure(value: Decimal | None) -> str:
    return _NOTHING if value is None else call_words.number(value)

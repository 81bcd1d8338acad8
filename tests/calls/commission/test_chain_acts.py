"""The acts of a call's chain, in words."""

import re
from datetime import UTC, datetime

import pytest
from babel.dates import format_date

from calls.commission import chain_acts, trials
from kit.rome import to_rome
from kit.words.text import locale, render


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("day", range(7))
def test_every_act_is_said_rightly_of_each_day_of_the_week(day, language):
    at = datetime(2026, 3, 2 + day, 9, 30, tzinfo=UTC)
    acts = [
        chain_acts.ChainAct(
            1, f"calls.{act}", at, 1, "Ugo", 2, "Nina", "Perché.", "0000032", before, after, before
        )
        for act in (*trials.MOVES, chain_acts.REOPENED, chain_acts.LAPSED)
        for before in (None, "0000033")
        for after in (False, True)
    ]
    speaking = locale.set(language)
    try:
        said = [render(act.said) for act in acts]
    finally:
        locale.reset(speaking)
    weekday = format_date(to_rome(at).date(), "EEEE", locale=language)
    article = re.compile(rf"\b(?:il|la|lo|l'|dal|dalla|del|della|al|alla|the) ?{weekday}", re.I)
    for one in said:
        assert weekday in one and not article.search(one)


def test_an_act_says_by_what_it_was_signed_where_that_was_kept_and_it_names_somebody():
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def said(act, means):
        known = (f"calls.{act}", at, 1, "Ugo", 2, "Nina", "Perché.", "0000032", None, False)
        return render(chain_acts.ChainAct(1, *known, means=means).said)

    for act in (*trials.MOVES, chain_acts.REOPENED, chain_acts.LAPSED):
        signed = said(act, ["password", "code"])
        assert said(act, None) == signed.removesuffix(" (Firmato con: password e codice dell'app.)")
        of_nobody = act in (chain_acts.DECLARED_LATE, chain_acts.LAPSED)
        assert ("Firmato con" in signed) != of_nobody

"""What is lacking before a ranking, and in which words it is refused."""

import pytest

from calls.rankings.rules import publication
from calls.rankings.rules.publication import Owed
from kit.errors import Refused
from kit.words.text import render

DONE = [(3, 3), (3, 3)]


@pytest.mark.parametrize(
    ("applications", "members", "lacking", "ranked", "refused"),
    [
        (3, DONE, 0, False, None),
        (3, DONE, 0, True, "già pubblicata"),
        (None, [(0, 0), (0, 0)], 0, False, "si aprono le domande"),
        (0, [(0, 0)], 0, False, None),
        (3, [(3, 3), (3, 1)], 0, False, "Mancano ancora 2 schede"),
        (3, [(2, 2), (3, 3)], 1, False, "Manca ancora 1 scheda.*almeno 2"),
        (3, [(3, 3)], 3, False, "Mancano ancora 3 schede"),
        (3, [(3, 1), (2, 1)], 3, False, "Mancano ancora 4 schede"),
    ],
)
def test_a_ranking_needs_open_envelopes_and_every_sheet(
    applications, members, lacking, ranked, refused
):
    can = sum(due for due, _ in members)  # of 6 sheets that have to come
    judges = [1] * (6 - can) if lacking else []
    owed = publication.owed(applications, members, lacking, judges=judges)
    assert owed.complete == (refused in (None, "già pubblicata"))
    if refused is None:
        publication.check_may_publish(owed, ranked=ranked)
        return
    with pytest.raises(Refused, match=refused):
        publication.check_may_publish(owed, ranked=ranked)


@pytest.mark.parametrize(
    ("owed", "places", "said"),
    [
        (Owed(None, 0, 0), ["opening"], "le domande non sono ancora aperte"),
        (Owed(3, 0, 0), [], None),
        (Owed(0, 0, 0), [], None),
        (Owed(3, 1, 1), ["sheets"], "manca 1 scheda dei commissari"),
        (
            Owed(3, 0, 2, judges=(1, 1)),
            ["commission"],
            "2 domande hanno meno di 2 persone che le possono valutare: serve almeno un'altra "
            "persona nella",
        ),
        (
            Owed(3, 7, 3, judges=(0, 1, 1)),
            ["sheets", "commission"],
            "mancano 7 schede dei commissari e 3 domande hanno meno di 2 persone che le possono "
            "valutare: servono almeno altre 2 persone nella commissione",
        ),
        (
            Owed(3, 2, 0, 1),
            ["conflicts", "sheets"],
            "c'è 1 conflitto di interesse trovato e non registrato e mancano 2 schede dei",
        ),
    ],
)
def test_all_that_a_ranking_waits_for_is_named_with_its_place(owed, places, said):
    assert [one.where for one in publication.waiting(owed)] == places
    assert owed.complete == (not places)
    if said is not None:
        sentence = render(publication.not_yet(owed))
        begins = (
            "Non c'è ancora niente da provare o da pubblicare"
            if owed.applications is None
            else "La graduatoria non si può ancora provare"
        )
        assert sentence.startswith(f"{begins}: {said}")


def test_what_is_published_twice_is_named_for_what_it_is():
    with pytest.raises(Refused, match="La graduatoria è già pubblicata"):
        publication.check_may_publish(Owed(3, 0, 0), ranked=True)
    with pytest.raises(Refused, match="già pubblicato che il bando è andato deserto"):
        publication.check_may_publish(Owed(0, 0, 0), ranked=True)

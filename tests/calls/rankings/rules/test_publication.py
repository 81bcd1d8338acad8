"""What is lacking before a ranking, and in which words it is refused."""

import pytest

from calls.rankings.rules import publication
from kit.errors import Refused

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
    ],
)
def test_a_ranking_needs_open_envelopes_and_every_sheet(
    applications, members, lacking, ranked, refused
):
    owed = publication.owed(applications, members, lacking)
    assert owed.complete == (refused in (None, "già pubblicata"))
    if refused is None:
        publication.check_may_publish(owed, ranked=ranked)
        return
    with pytest.raises(Refused, match=refused):
        publication.check_may_publish(owed, ranked=ranked)

"""The pages of a trial: what it freezes, its points, and the way back."""

import pytest
from sqlalchemy import select

from calls.tables.rankings import Ranking
from people.tables import Person
from tests.calls import commissions
from tests.calls.browsing import press

REASON = "Un verbale non era firmato."


@pytest.fixture
def found(session):
    """Two applications, two evaluators who sent all, and nothing tried yet."""
    found = commissions.world(session, first_protocol=1)
    commissions.send_all(session, found)
    return found


def test_the_page_says_what_a_trial_freezes_and_shows_points_only_after_it(
    session, found, client, sign_in
):
    page = f"/office/calls/{found.call_id}/ranking"
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    first = client.get(page).text
    assert "commissione e domande doppie non cambiano più" in first
    assert "Commissaria 1 è nella commissione" in first
    assert 'id="ranking"' not in first and "Pubblica la graduatoria" not in first
    early = client.post(page, data={"seen": "x"})
    assert early.status_code == 409 and "Prima prova la graduatoria" in early.text
    assert 'id="ranking"' not in early.text
    shown = press(client, page, f"{page}/trial").text
    assert 'id="ranking"' in shown and "Pubblica la graduatoria" in shown
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    assert "La graduatoria è stata provata" in desk and "Nomina nella commissione" not in desk
    assert "/dismissal" not in desk
    short = press(client, page, f"{page}/reopening", {"reason": "No."})
    assert short.status_code == 409 and short.text.count("almeno 10 caratteri") == 2
    assert "No.</textarea>" in short.text
    done = press(client, page, f"{page}/reopening", {"reason": REASON}).text
    assert "La prova è riaperta" in done and "Nomina nella commissione" in done
    press(client, page, f"{page}/trial")
    assert REASON in client.get(page).text
    press(client, page)
    session.expire_all()
    assert session.scalars(select(Ranking).where(Ranking.call_id == found.call_id)).one()


def test_a_trial_that_lacks_something_by_now_can_still_be_taken_back(
    session, found, client, sign_in
):
    commissions.try_ranking(session, found)
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    page = f"/office/calls/{found.call_id}/ranking"
    shown = client.get(page).text
    assert "La graduatoria non si può ancora provare" in shown and 'id="ranking"' not in shown
    done = press(client, page, f"{page}/reopening", {"reason": REASON}).text
    assert "Nomina nella commissione" in done

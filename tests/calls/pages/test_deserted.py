"""A call nobody applied to: nothing was ranked, and nothing speaks as if something was."""

import re

import pytest

from calls import papers
from calls.rankings import rankings
from kit.http.templates import environment
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.browsing import press, untouched
from tests.calls.pages.test_rankings import PAPER, desk
from tests.jobs import run_all

OVER = "È pubblicato che il bando è andato deserto"


@pytest.fixture
def found(session, client, sign_in):
    """The office before its call that nobody applied to, opened and not yet closed."""
    found = commissions.world(session, applications=0, evaluators=1)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    return found


def read(html: str) -> str:
    """What stands on a page, without the names of files and the text of the call."""
    main = html.partition("<main")[2].partition("</main>")[0]
    for begins, ends in (
        ("<nav data-contents", "</nav>"),
        ('<details class="fl-chapter"', 'id="versions"'),
    ):
        if begins in main:
            main = main.partition(begins)[0] + main.partition(begins)[2].partition(ends)[2]
    return re.sub(r"<[^>]*>", " ", main).replace("graduatoria.json", "")


def pages(found) -> list[str]:
    of_call, of_office = f"/calls/{found.call_id}", f"/office/calls/{found.call_id}"
    return ["/calls", of_call, of_office, desk(found), f"{of_office}/ranking"]


def test_no_page_calls_a_ranking_what_ranks_nobody(session, client, found):
    office = f"/office/calls/{found.call_id}"
    for page in (office, desk(found), f"{office}/ranking"):
        assert "raduatoria" not in read(client.get(page).text), page
    press(client, f"{office}/ranking")
    for page in (*pages(found), f"/calls/{found.call_id}/ranking"):
        text = client.get(page).text
        title = re.search("<title>(.*?)</title>", text, re.S)
        assert title is not None and "raduatoria" not in title[1], page
        assert "raduatoria" not in read(text), page
    public = client.get(f"/calls/{found.call_id}/ranking").text
    assert "<h1>Bando deserto</h1>" in public and "Come si è formata" not in public


def test_its_paper_ranks_nobody_either(session, client, found):
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    html = environment().get_template(PAPER).render(papers.ranking(session, row.id).context)
    body = re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.S)
    assert "Bando deserto" in body
    assert "raduatoria" not in body.replace("graduatoria.json", "")
    assert "Le colonne" not in body
    run_all(session)
    document = rankings.printed(session, row)
    assert document is not None and document.filename == f"bando-deserto-{found.call_id}.pdf"


def test_an_old_page_that_changes_the_commission_is_refused_in_fitting_words(
    session, client, found
):
    new = make.person(session, "Nina Nuova")
    of = f"{desk(found)}/evaluators/{found.evaluators[0].person_id}/dismissal"
    dismissal = untouched(client.get(of).text, of)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    reopening = f"/office/calls/{found.call_id}/ranking/reopening"
    for action, typed in (
        (f"{desk(found)}/evaluators", {"email": new.email}),
        (f"{desk(found)}/evaluators", {"email": "non un indirizzo"}),
        (of, dismissal),
        (f"{desk(found)}/conflicts", {}),
        (reopening, {"reason": "Un verbale non era firmato."}),
    ):
        answer = client.post(action, data=typed)
        assert answer.status_code in (409, 422), action
        assert OVER in answer.text and "raduatoria" not in read(answer.text), action

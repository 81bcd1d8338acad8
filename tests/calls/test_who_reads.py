"""Who reads what of an application and of who judges it: what the page on personal data says.

Each sentence of `/privacy` on calls is held here against the pages of every role, before the
opening, after it, and once the ranking is published.
"""

import html
import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from calls.rankings import rankings
from people.actors import Actor
from people.tables.persons import Person
from tests.calls import commissions

TAX_CODE, ADDRESS, PHONE = "FRRGLI98E43D150K", "via Palestro", "0372 123456"
PERSON, NAME, FIRM, ASKED = "Proponente 1", "Ferrari", commissions.FIRMS[0], "6.000,00"
PRIVATE = (PERSON, NAME, TAX_CODE, ADDRESS, PHONE)


def read(client: Any, *paths: str) -> str:
    """The words of the main parts of some pages; a page that is not there says nothing."""
    found = [client.get(path).text for path in paths]
    mains = [page.partition("<main")[2].partition("</main>")[0] for page in found]
    words = html.unescape(re.sub(r"<[^>]+>", " ", " ".join(mains)))
    return " ".join(words.replace("\u00a0", " ").split())


@pytest.fixture
def enter(session: Session, client: Any, sign_in: Any) -> Any:
    """Sign somebody in; None is a visitor."""

    def _enter(actor: Actor | None) -> None:
        session.commit()
        client.cookies.clear()
        if actor is not None:
            sign_in(client, session.get(Person, actor.person_id))

    return _enter


def of_office(found: commissions.World) -> tuple[str, ...]:
    home = f"/office/calls/{found.call_id}"
    return ("/", "/office/calls", home, f"{home}/evaluation", f"{home}/ranking")


def of_public(found: commissions.World) -> tuple[str, ...]:
    return ("/", "/calls", f"/calls/{found.call_id}", f"/calls/{found.call_id}/ranking")


def test_before_the_opening_no_page_shows_an_application_to_others(session, client, enter):
    found = commissions.world(session, opened=False)
    for who, paths in (
        (None, of_public(found)),
        (found.office, of_office(found)),
        (found.evaluators[0], (f"/calls/{found.call_id}/evaluations", *of_public(found))),
    ):
        enter(who)
        shown = read(client, *paths)
        assert not [word for word in (*PRIVATE, FIRM, ASKED) if word in shown]


def test_from_the_opening_the_office_reads_firm_sum_and_points_and_no_person(
    session, client, enter
):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    enter(found.office)
    shown = read(client, *of_office(found))
    assert FIRM in shown and ASKED in shown and re.search(r"\b45\b", shown)
    assert not [word for word in PRIVATE if word in shown]


def test_an_evaluator_reads_name_and_project_and_not_where_they_live(session, client, enter):
    found = commissions.world(session)
    enter(found.evaluators[0])
    key = found.keys[0]
    shown = read(client, f"/calls/{key.call_id}/evaluations/{key.application_id}")
    assert FIRM in shown and "Una ciclofficina che ripara" in shown
    assert NAME in shown
    assert not [word for word in (TAX_CODE, ADDRESS, PHONE) if word in shown]


def test_with_the_ranking_everybody_reads_firm_sum_and_points_and_no_person(session, client, enter):
    found = commissions.world(session)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, found.office.now)
    enter(None)
    shown = read(client, *of_public(found))
    assert FIRM in shown and ASKED in shown and re.search(r"\b45\b", shown)
    assert not [word for word in PRIVATE if word in shown]


def test_the_address_of_an_evaluator_is_read_by_the_office_alone(session, client, enter):
    found = commissions.world(session)
    address = found.evaluators[0].email
    assert address is not None
    enter(found.office)
    assert address in read(client, *of_office(found))
    applicant = commissions.applicant(session, found.keys[0])
    for who in (found.evaluators[1], applicant, None):
        enter(who)
        assert address not in read(
            client, f"/calls/{found.call_id}/evaluations", "/applications", *of_public(found)
        )


def test_the_page_on_personal_data_says_all_of_it(client):
    said = read(client, "/privacy")
    for sentence in (
        "prima dell'apertura nessuna pagina le mostra, se non a te",
        "i commissari senza conflitto di interessi leggono il nome di chi la presenta, impresa, "
        "progetto, conti e allegati, non codice fiscale, indirizzo e telefono",
        "l'ufficio del bando ne vede codice, impresa, importo chiesto, punti e stato",
        "Con la graduatoria chiunque legge codice, nome dell'impresa o del progetto",
        "mai il tuo nome, il codice fiscale o l'indirizzo",
        "anche l'ufficio del bando vede il tuo nome e il tuo indirizzo",
    ):
        assert sentence in said, sentence

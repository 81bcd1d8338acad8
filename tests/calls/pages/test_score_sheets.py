"""The evaluator's pages: what is seen, in which order, and by whom."""

import pytest

from calls.score_sheets import queue as queues
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.browsing import changed, press, untouched
from tests.calls.test_statements import counted


@pytest.fixture
def found(session):
    return commissions.world(session)


def enter(client, session, sign_in, actor):
    return sign_in(client, session.get(Person, actor.person_id))


def address(key, *rest):
    return "/".join([f"/calls/{key.call_id}/evaluations/{key.application_id}", *rest])


def test_an_evaluator_goes_from_the_list_to_a_sent_sheet(session, client, sign_in):
    found = commissions.world(session, declared=False)
    key, other = found.keys
    enter(client, session, sign_in, found.evaluators[0])
    assert found.content.title in client.get("/evaluations").text
    queue = client.get(f"/calls/{key.call_id}/evaluations")
    assert queue.text.count("da dichiarare") == 2
    before = client.get(address(key))
    assert "Prima di leggere" in before.text
    assert "ciclofficina" not in before.text
    said = {"kind": "none"}
    declared = press(
        client, address(key), address(key, "declaration"), said, follow_redirects=False
    )
    assert declared.status_code == 303
    page = client.get(address(key))
    assert "ciclofficina" in page.text and "Eccellente" in page.text
    assert "Mancano 3 cose:" in page.text
    for code, mark in (("A", "8"), ("B", "6"), ("C", "10")):
        state = client.post(
            address(key, "marks", code), data={f"mark-{code}": mark}, headers={"HX-Request": "true"}
        )
        assert state.status_code == 200
    assert "La scheda è completa." in state.text and ">51<" in state.text
    assert "<html" not in state.text
    check = client.get(address(key, "sending"))
    assert "non si può più cambiare" in check.text
    sent = press(client, address(key, "sending"), follow_redirects=False)
    assert sent.headers["location"] == f"/calls/{key.call_id}/evaluations/{other.application_id}"
    assert queues.view(session, found.evaluators[0], key).state == "sent"


def test_the_page_never_shows_tax_code_address_or_telephone(session, client, sign_in, found):
    enter(client, session, sign_in, found.evaluators[0])
    text = client.get(address(found.keys[0])).text
    for private in ("FRRGLI98E43D150X", "via Palestro", "0372 123456"):
        assert private not in text


def test_without_javascript_the_whole_sheet_is_one_form(session, client, sign_in, found):
    key = found.keys[0]
    enter(client, session, sign_in, found.evaluators[0])
    data = {
        "mark-A": "8",
        "motivation-A": "Idea chiara.",
        "mark-B": "",
        "mark-C": "6",
        "then": "stay",
    }
    saved = client.post(address(key, "marks"), data=data)
    assert "Scheda salvata. Non è ancora inviata." in saved.text
    assert "Manca 1 cosa:" in saved.text and "Idea chiara." in saved.text


def test_a_mark_outside_the_grid_is_refused_and_what_was_typed_stays(
    session, client, sign_in, found
):
    key = found.keys[0]
    enter(client, session, sign_in, found.evaluators[0])
    data = {"mark-A": "7", "motivation-A": "Idea chiara, ma", "then": "stay"}
    refused = client.post(address(key, "marks"), data=data)
    assert refused.status_code == 409
    assert "la griglia ammette solo questi punteggi" in refused.text
    assert "Idea chiara, ma" in refused.text
    fragment = client.post(
        address(key, "marks", "A"), data={"mark-A": "7"}, headers={"HX-Request": "true"}
    )
    assert fragment.status_code == 409
    assert fragment.text.count("la griglia ammette solo questi punteggi") == 1
    assert 'id="e-mark-A"' in fragment.text and "Non salvato." in fragment.text


def test_a_mark_that_comes_after_the_sending_is_refused_in_one_sentence(
    session, client, sign_in, found
):
    key, evaluator = found.keys[0], found.evaluators[0]
    commissions.send(session, evaluator, key, "10 8 6")
    enter(client, session, sign_in, evaluator)
    for headers in ({"HX-Request": "true"}, {}):
        answer = client.post(address(key, "marks", "A"), data={"mark-A": "2"}, headers=headers)
        assert answer.status_code == 409
        assert answer.text.count("La scheda è stata inviata: non si può più cambiare.") == 1
    whole = client.post(address(key, "marks"), data={"mark-A": "2", "then": "stay"})
    assert whole.text.count("La scheda è stata inviata: non si può più cambiare.") == 1


def test_an_incomplete_sheet_is_not_sent_and_says_what_is_missing(session, client, sign_in, found):
    enter(client, session, sign_in, found.evaluators[0])
    answer = client.post(address(found.keys[0], "sending"))
    assert answer.status_code == 409
    assert "Idea e novità: manca il punteggio" in answer.text


def test_a_declaration_needs_a_choice(session, client, sign_in):
    found = commissions.world(session, declared=False)
    enter(client, session, sign_in, found.evaluators[0])
    answer = client.post(address(found.keys[0], "declaration"), data={"note": "mah"})
    assert answer.status_code == 422
    assert "Scegli una delle possibilità." in answer.text and "mah" in answer.text


def test_a_conflict_takes_the_application_off_every_page(session, client, sign_in, found):
    key = found.keys[0]
    enter(client, session, sign_in, found.evaluators[0])
    gone = press(client, address(key), address(key, "declaration"), {"kind": "family"})
    assert "non è più tra le tue" in gone.text
    assert "Ruota libera" not in gone.text
    for path in ("", "sending", "attachments/1"):
        assert client.get(address(key, path) if path else address(key)).status_code == 404
    assert client.post(address(key, "marks", "A"), data={"mark-A": "8"}).status_code == 404
    assert client.post(address(key, "sending")).status_code == 404


def test_adding_an_application_in_conflict_changes_no_byte(session, client, sign_in):
    """Metamorphic: who has a conflict cannot tell that the application exists at all."""
    plain = commissions.world(session, applications=2, opened=False)
    more = commissions.world(session, applications=3, opened=False)
    for found in (plain, more):
        commissions.open_and_declare(session, found)
    commissions.conflict(session, more.evaluators[0], more.keys[2])
    pages = []
    for found in (plain, more):
        enter(client, session, sign_in, found.evaluators[0])
        text = ""
        for path in (
            "/evaluations",
            f"/calls/{found.call_id}/evaluations",
            address(found.keys[0]),
            address(found.keys[1]),
        ):
            text += commissions.anonymous(session, found, client.get(path).text)
        pages.append(text)
    assert pages[0] == pages[1]


def test_colleagues_marks_appear_only_after_ones_own_are_sent(session, client, sign_in, found):
    key = found.keys[0]
    first, second = found.evaluators
    commissions.send(session, second, key, "10 10 10")
    enter(client, session, sign_in, first)
    for path in (address(key), f"/calls/{key.call_id}/evaluations", "/evaluations"):
        text = client.get(path).text
        assert "Commissaria 2" not in text and ">65<" not in text
    commissions.send(session, first, key, "8 8 8")
    page = client.get(address(key)).text
    assert "Commissaria 2" in page and ">65<" in page
    assert ">65<" in client.get(f"/calls/{key.call_id}/evaluations").text  # the other's alone


@pytest.mark.parametrize("who", ["anonymous", "stranger", "office", "applicant", "other call"])
@pytest.mark.parametrize("path", ["queue", "sheet", "sending", "attachments/1"])
def test_nobody_else_finds_the_evaluations(session, client, sign_in, found, who, path):
    key = found.keys[0]
    other = commissions.world(session, applications=0, evaluators=1)
    actors = {
        "stranger": lambda: make.actor(session),
        "office": lambda: found.office,
        "applicant": lambda: commissions.applicant(session, key),
        "other call": lambda: other.evaluators[0],
    }
    if who != "anonymous":
        enter(client, session, sign_in, actors[who]())
    url = {
        "queue": f"/calls/{key.call_id}/evaluations",
        "sheet": address(key),
        "sending": address(key, "sending"),
        "attachments/1": address(key, "attachments/1"),
    }[path]
    answer = client.get(url, follow_redirects=False)
    assert answer.status_code == (303 if who == "anonymous" else 404)


@pytest.mark.parametrize("applications", [2, 6])
def test_every_page_of_an_evaluator_takes_at_most_six_statements_at_any_size(
    session, client, sign_in, applications
):
    found = commissions.world(session, applications=applications)
    evaluator, key = found.evaluators[0], found.keys[0]
    commissions.mark(session, evaluator, key, "8 6 6")
    enter(client, session, sign_in, evaluator)
    typed = changed(client.get(address(key)).text, address(key, "marks"), {"mark-A": "10"})
    mark = {"data": typed, "headers": {"HX-Request": "true"}}
    sending = address(key, "sending")
    confirmed: dict[str, str] = {}
    asked = {
        "list of calls": lambda: client.get("/evaluations"),
        "queue": lambda: client.get(f"/calls/{key.call_id}/evaluations"),
        "sheet": lambda: client.get(address(key)),
        "mark": lambda: client.post(address(key, "marks", "A"), **mark),
        "check": lambda: client.get(address(key, "sending")),
        "send": lambda: client.post(sending, data=confirmed, follow_redirects=False),
    }
    for name, ask in asked.items():
        confirmed = untouched(client.get(sending).text, sending) if name == "send" else {}
        with counted(session) as statements:
            assert ask().status_code < 400
        assert len(statements) <= 6, (name, statements)


def test_after_sending_a_sheet_the_notice_names_whose_it_was(session, client, sign_in):
    """It is read on the page of the next application."""
    found = commissions.world(session, applications=2)
    evaluator, (first, second) = found.evaluators[0], found.keys
    commissions.mark(session, evaluator, first, "8 6 6")
    session.commit()
    sign_in(client, session.get(Person, evaluator.person_id))
    sheet = queues.view(session, evaluator, first)
    page = f"/calls/{first.call_id}/evaluations/{first.application_id}/sending"
    answer = press(client, page)
    assert answer.url.path.endswith(f"/evaluations/{second.application_id}")
    assert f"Scheda inviata per «{sheet.firm}» ({sheet.code})" in answer.text

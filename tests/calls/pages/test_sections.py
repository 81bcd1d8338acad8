"""One topic of an application a page: what is typed is kept, and what is wrong is said."""

import json
import re

import pytest
from sqlalchemy import select

from calls.applications import drafts
from calls.tables.applications import Submission
from tests.calls.browsing import changed, press
from tests.calls.examples import application_values
from tests.calls.pages.applying import begun, fill, send

HTMX = {"HX-Request": "true"}


def test_one_field_saves_itself_and_shows_what_follows(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    form = {"investment-1-amount": "9.000", "investment-1-what": "non ancora salvato"}
    answer = client.post(
        f"{home}/sections/investments/investment-1-amount", data=form, headers=HTMX
    )
    assert answer.status_code == 200
    assert "9.000,00" in answer.text
    assert "<html" not in answer.text
    client.post(
        f"{home}/sections/investments/investment-1-category",
        data={"investment-1-category": "machines"},
        headers=HTMX,
    )
    answer = client.get(f"{home}/sections/investments").text
    assert "5.400,00" in answer
    assert "non ancora salvato" not in answer


def test_a_ticked_box_can_be_unticked_again(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    url = f"{home}/sections/requirements/declaration-D1"
    client.post(url, data={"declaration-D1": "yes"}, headers=HTMX)
    checked = r'name="declaration-D1" type="checkbox" value="yes" checked'
    assert re.search(checked, client.get(f"{home}/sections/requirements").text)
    page = client.get(f"{home}/sections/requirements").text
    unticked = changed(page, f"{home}/sections/requirements", {"declaration-D1": None})
    client.post(url, data=unticked, headers=HTMX)
    assert not re.search(checked, client.get(f"{home}/sections/requirements").text)


def test_what_cannot_be_read_is_kept_and_said(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    answer = client.post(f"{home}/sections/funding", data={"source_own": "circa mille"})
    assert answer.status_code == 200
    assert "circa mille" in answer.text
    assert "Scrivi un importo in euro" in answer.text
    assert "circa mille" in client.get(f"{home}/sections/funding").text


def beside(text, name):
    """What stands beside a field of an answer about what is written in it."""
    found = re.findall(rf'<div id="wrong-{name}"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert len(found) == 1, name
    return found[0]


def test_a_field_that_is_kept_and_would_not_be_sent_says_so_beside_it(session, client, applicant):
    actor, call = applicant
    home = begun(client, session, call)
    page = f"{home}/sections/proponent"
    fill(client, home, application_values())

    def save(name, typed):
        data = changed(client.get(page).text, page, {name: typed})
        answer = client.post(f"{page}/{name}", data=data, headers=HTMX)
        assert answer.status_code == 200
        return answer.text

    assert "un segno è sbagliato" in beside(save("tax_code", "FRRGLI98E43D150X"), "tax_code")
    values = drafts.own(session, actor, int(home.rsplit("/", 1)[1])).values
    assert values["tax_code"] == "FRRGLI98E43D150X", "a draft is never refused"
    assert "un segno è sbagliato" in beside(client.get(page).text, "tax_code")
    assert "1 cosa è da correggere" in client.get(home).text
    right = application_values()["tax_code"]
    assert beside(save("tax_code", right), "tax_code") == ""
    # What another field makes wrong is said beside it, and taken back.
    assert "non è di chi è nato" in beside(save("birth_day", "1999-05-03"), "tax_code")
    assert beside(save("birth_day", application_values()["birth_day"]), "tax_code") == ""


def test_the_button_that_goes_on_says_what_of_the_page_would_not_be_sent(
    session, client, applicant
):
    _, call = applicant
    home = begun(client, session, call)
    values = application_values(municipality="elsewhere")
    text = press(client, f"{home}/sections/proponent", changes=values).text
    assert "Salvato, ma nella pagina «Chi sei» 1 cosa è da correggere." in text
    text = press(client, f"{home}/sections/proponent", changes=application_values()).text
    assert "Salvata la pagina «Chi sei»." in text, "it stands above the next page"


PASTED = "Prima riga\x0bseconda, spez\x02zata, perch\ufffd\x0cpagina nuova\x00"


def test_what_is_pasted_along_unseen_loses_no_text_of_the_page(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    typed = {"idea_what": PASTED, "idea_new": "Un testo lungo.", "idea_skills": "Un altro."}
    sent = client.post(f"{home}/sections/idea", data=typed, follow_redirects=False)
    assert sent.status_code == 303
    text = client.get(f"{home}/sections/idea").text
    assert "Prima riga\nseconda, spezzata, perch?\npagina nuova<" in text
    assert "Un testo lungo." in text and "Un altro." in text
    pasted = changed(text, f"{home}/sections/idea", {"idea_new": PASTED})
    one = client.post(f"{home}/sections/idea/idea_new", data=pasted, headers=HTMX)
    assert one.status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("frr gli 98e43 d150k", ""),
        ("FRRGLI98E43D150X", "un segno è sbagliato"),
        ("FRRGLI98E43", "ha 16 lettere e cifre"),
    ],
)
def test_the_check_letter_of_a_tax_code_is_looked_at(session, client, applicant, typed, words):
    _, call = applicant
    home = begun(client, session, call)
    fill(client, home, application_values())
    shown = client.get(f"{home}/sections/proponent").text
    data = changed(shown, f"{home}/sections/proponent", {"tax_code": typed})
    client.post(f"{home}/sections/proponent/tax_code", data=data, headers=HTMX)
    check = client.get(f"{home}/check").text
    assert words in check
    assert (f'action="{home}/send"' in check) == (not words)


def test_an_unknown_page_or_field_of_an_application_is_absent(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    assert client.get(f"{home}/sections/nothing").status_code == 404
    assert client.post(f"{home}/sections/nothing/x", data={"x": "1"}).status_code == 404


def test_a_text_beyond_every_limit_is_said_at_its_field_and_its_neighbours_are_saved(
    session, client, applicant
):
    actor, call = applicant
    home = begun(client, session, call)
    typed = {"idea_what": "a" * 20_045, "idea_new": "Qui manca.", "idea_skills": "So farlo."}
    answer = client.post(f"{home}/sections/idea", data=typed)
    assert answer.status_code == 422
    assert "20045 caratteri, il massimo è 20000" in answer.text
    assert typed["idea_what"] in answer.text, "nothing typed is cut or lost"
    values = drafts.own(session, actor, int(home.rsplit("/", 1)[1])).values
    assert values == {"idea_new": "Qui manca.", "idea_skills": "So farlo."}


def test_a_field_that_saves_itself_says_that_it_is_too_long(session, client, applicant):
    actor, call = applicant
    home = begun(client, session, call)
    path = f"{home}/sections/idea/idea_what"
    answer = client.post(path, data={"idea_what": "a" * 20_001}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="e-idea_what"' in answer.text
    assert "20001 caratteri" in answer.text and 'id="results"' in answer.text
    assert drafts.own(session, actor, int(home.rsplit("/", 1)[1])).values == {}


def test_a_tax_code_may_be_typed_with_blanks_and_in_small_letters(session, client, applicant):
    _, call = applicant
    home = begun(client, session, call)
    values = application_values()
    typed = values["tax_code"].lower()
    spaced = " ".join((typed[:3], typed[3:6], typed[6:11], typed[11:]))
    fill(client, home, {**values, "tax_code": spaced})
    assert 'name="tax_code"' in (page := client.get(f"{home}/sections/proponent").text)
    assert spaced in page and "maxlength" not in page
    assert send(client, home, follow_redirects=False).headers["location"].endswith("receipt")
    sent = json.loads(session.scalars(select(Submission.content)).one())
    assert f'"{typed.upper()}"' in json.dumps(sent), "as it is kept, whole and tidied"

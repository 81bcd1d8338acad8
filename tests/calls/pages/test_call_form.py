"""The form in which a call is written: what it shows, and what it says of a draft."""

from calls.tables.texts import Call
from calls.texts import drafts
from tests.calls.browsing import changed, press, untouched
from tests.calls.examples import call_values


def test_the_form_of_a_draft_counts_what_is_missing_and_what_is_wrong(session, client, office, now):
    values = call_values(now, title="", summary="", rounding_digits="9")
    call = drafts.start(session, office, values, now)
    session.commit()
    text = client.get(f"/office/calls/{call.id}/edit").text
    assert "Per poter pubblicare mancano 2 cose, 1 è da correggere" in text


def test_a_choice_that_a_draft_does_not_say_is_not_shown_as_the_first(session, client, office, now):
    values = call_values(now, rounding_step="")
    call = drafts.start(session, office, values, now)
    session.commit()
    page = f"/office/calls/{call.id}/edit"
    assert untouched(client.get(page).text, page)["rounding_step"] == ""
    press(client, page, follow_redirects=False)
    session.expire_all()
    kept = drafts.draft_values(session.get_one(Call, call.id))
    assert {name: text for name, text in kept.items() if text} == {
        name: text for name, text in values.items() if text
    }


def test_who_was_writing_when_a_colleague_published_reads_that_it_is_over(
    session, client, office, now
):
    call = drafts.start(session, office, call_values(now), now)
    session.commit()
    page = f"/office/calls/{call.id}/edit"
    assert "Puoi salvare in ogni momento" in client.get(page).text
    form = changed(client.get(page).text, page, {"title": "Altro titolo"})
    drafts.publish(session, office, call.id, now)
    session.commit()
    answer = client.post(page, data=form)
    assert answer.status_code == 409 and "Altro titolo" in answer.text
    assert "Puoi salvare in ogni momento" not in answer.text
    assert "pubblicato mentre scrivevi" in answer.text

"""The letters about a ranking: to whom, once, in which words and language."""

import pytest
from sqlalchemy import select

from calls.rankings import notices, outcomes, published_rankings, rankings
from kit.errors import NotFound
from kit.mail import BY_MAIL, BY_NOTHING, Mail
from kit.settings import settings
from kit.words.text import render
from people.tables.persons import Person
from tests.calls import commissions
from tests.calls.browsing import press
from tests.jobs import run_all


def person_of(session, key):
    return session.get_one(Person, commissions.applicant(session, key).person_id)


def sent(session):
    return session.scalars(
        select(Mail).where(Mail.kind == notices.RANKING).order_by(Mail.key)
    ).all()


def publish(session, found):
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    run_all(session)
    return row


@pytest.fixture
def found(session):
    """Two applications of one tax code and one of another, all marked."""
    found = commissions.world(session, applications=0, opened=False, first_protocol=1)
    for number, code in enumerate((0, 0, 1)):
        tax_code = commissions.code_of(code)
        commissions.add_application(session, found, number, tax_code=tax_code)
    commissions.open_and_declare(session, found)
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    return found


def test_each_applicant_reads_what_their_own_pages_say_and_where_the_ranking_is(session, found):
    publish(session, found)
    letters = {letter.to: letter for letter in sent(session)}
    assert len(letters) == 3
    for key in found.keys:
        author = commissions.applicant(session, key)
        (mine,) = outcomes.mine(session, author)
        letter = letters[person_of(session, key).email]
        assert render(mine.said.sentence) in letter.text
        assert f"{settings().public_url}/calls/{found.call_id}/ranking\n" in letter.text
        assert f"{settings().public_url}/applications/{key.application_id}\n" in letter.text
        assert found.content.title in letter.subject and letter.channel == BY_MAIL
    excluded = letters[person_of(session, found.keys[1]).email]
    assert "Stesso codice fiscale della domanda" in excluded.text
    assert excluded.text.count("Stesso codice fiscale") == 1


def test_however_often_the_job_runs_each_is_written_to_once(session, found, now):
    row = publish(session, found)
    notices.write(session, row.id, now)
    run_all(session)
    assert len(sent(session)) == 3


def test_nobody_is_written_to_before_the_publication_nor_about_a_ranking_that_is_not_there(
    session, found, now
):
    commissions.try_ranking(session, found)
    rankings.preview(session, found.office, found.call_id)
    run_all(session)
    with pytest.raises(NotFound):
        notices.write(session, 10**15, now)
    assert sent(session) == []


def test_the_letter_speaks_the_language_of_its_reader(session, found):
    person_of(session, found.keys[0]).locale = "en"
    session.flush()
    publish(session, found)
    one = next(each for each in sent(session) if each.to == person_of(session, found.keys[0]).email)
    assert one.subject.startswith("Ranking of «") and "The ranking is published" in one.text
    assert "graduatoria" not in one.text


def test_whoever_has_no_address_any_more_is_named_on_the_desk(session, found, client, sign_in, now):
    gone = person_of(session, found.keys[2])
    gone.disabled_at = now
    commissions.try_ranking(session, found)
    session.flush()
    sign_in(client, session.get_one(Person, found.office.person_id))
    preview = client.get(f"/office/calls/{found.call_id}/ranking").text
    assert "Partono 2 lettere" in preview and "non arriva nessuna lettera" in preview
    assert press(client, f"/office/calls/{found.call_id}/ranking").status_code == 200
    run_all(session)
    session.commit()
    letters = sent(session)
    assert sorted(letter.channel for letter in letters) == [BY_MAIL, BY_MAIL, BY_NOTHING]
    (away,) = [letter for letter in letters if letter.channel == BY_NOTHING]
    code = away.key.rpartition(":")[2]
    row = published_rankings.in_force(session, found.call_id)
    assert notices.unreached(session, row) == [code]
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    assert f"A chi ha inviato la domanda {code} non arriva nessuna lettera" in desk


def test_a_deserted_call_writes_to_nobody(session):
    found = commissions.world(session, applications=0)
    publish(session, found)
    assert sent(session) == []

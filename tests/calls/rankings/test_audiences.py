"""Who is written to about a ranking, and who has to be told."""

import pytest

from calls.rankings import audiences, rankings
from kit.shown import Changed, pack
from kit.words.text import render
from people.tables.persons import Person
from tests.calls import commissions


def close_account(session, key, now):
    person = session.get_one(Person, commissions.applicant(session, key).person_id)
    person.disabled_at = now
    session.flush()


def said(session, found):
    return [render(each) for each in audiences.audience(session, found.call_id).sentences]


def test_everybody_who_applied_gets_one_letter(session):
    found = commissions.world(session, applications=3)
    assert said(session, found) == [
        "Partono 3 lettere, a chi ha fatto domanda: dicono l'esito e dove leggere."
    ]
    assert len({each.person_id for each in audiences.readers(session, found.call_id)}) == 3


def test_whoever_no_letter_reaches_is_named_by_code(session, now):
    found = commissions.world(session)
    close_account(session, found.keys[1], now)
    one, away = audiences.readers(session, found.call_id)
    assert one.email is not None and away.email is None
    assert said(session, found) == [
        "Parte 1 lettera, a chi ha fatto domanda: dice l'esito e dove leggere.",
        f"A chi ha inviato la domanda {away.code} non arriva nessuna lettera: avvisalo tu.",
    ]


def test_nobody_is_written_to_where_nobody_applied(session):
    found = commissions.world(session, applications=0)
    assert said(session, found) == []


def test_a_preview_that_showed_other_readers_publishes_nothing(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    seen = pack(rankings.preview(session, found.office, found.call_id).parts)
    close_account(session, found.keys[0], now)
    with pytest.raises(Changed) as changed:
        rankings.publish(session, found.office, found.call_id, now, seen=seen)
    assert changed.value.names == ["letters", "unreached"]
    assert "a chi si scrive" in render(changed.value.message)


def test_another_address_is_another_letter(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    seen = pack(rankings.preview(session, found.office, found.call_id).parts)
    person = session.get_one(Person, commissions.applicant(session, found.keys[0]).person_id)
    person.email = "nuovo@esempio.it"
    session.flush()
    with pytest.raises(Changed) as changed:
        rankings.publish(session, found.office, found.call_id, now, seen=seen)
    assert changed.value.names == ["letters"]
    again = pack(rankings.preview(session, found.office, found.call_id).parts)
    assert rankings.publish(session, found.office, found.call_id, now, seen=again)

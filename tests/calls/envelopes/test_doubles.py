"""One person, two accounts, one tax code: nobody is told before the opening, the office after."""

import json

import pytest
from sqlalchemy import select
from stdnum.it.codicefiscale import calc_check_digit

from calls import checks, papers
from calls.commission import chain_acts, evaluators, trials
from calls.envelopes import doubles, openings
from calls.envelopes.rules.doubles import Decision
from calls.rankings import rankings, trial
from calls.rankings.rules import publication, ranking_words
from calls.tables.envelopes import OpenedApplication
from calls.tables.texts import Call
from calls.texts import published
from calls.verification.verify_ranking_2 import verify
from kit import audit
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from kit.shown import Changed, pack
from kit.words.text import when
from people.tables.persons import Person
from tests import make as people
from tests.calls import commissions, make
from tests.calls.browsing import press, untouched
from tests.kit.pdf_checks import words

CODE = commissions.code_of(0)


@pytest.fixture
def found(session, now):
    """Two of one tax code (the second written otherwise, sent an hour before), one other."""
    found = commissions.world(session, applications=0, opened=False, first_protocol=1)
    for number, code in enumerate((CODE, f" {CODE[:6].lower()} {CODE[6:]}", "")):
        commissions.add_application(session, found, number, tax_code=code)
    commissions.open_and_declare(session, found)
    return found


def codes(session, found):
    (double,) = doubles.of_call(session, found.call_id)
    return double.kept, double.excluded


def test_two_accounts_with_one_tax_code_are_neither_refused_nor_shown_before(session, now):
    call = make.call(session, now)
    receipts = [make.sent(session, call, now) for _ in range(2)]
    assert len({receipt.protocol_number for receipt in receipts}) == 2
    assert doubles.of_call(session, call.call_id) == []


def test_the_last_counts_and_the_other_is_named_in_the_ranking(session, found, now):
    kept, (excluded,) = codes(session, found)
    assert kept.application_id == found.keys[0].application_id
    assert excluded.application_id == found.keys[1].application_id
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, now)
    content = json.loads(row.content)
    assert [line["code"] for line in content["excluded"]] == [excluded.code]
    assert excluded.code not in [line["code"] for line in content["ranking"]]
    assert CODE not in row.content
    said = str(ranking_words.excluded(content["excluded"][0]))
    assert kept.code in said
    call = published.plain(session, row.call_version_id)
    assert list(verify(row.content.encode(), call, row.sha256)) == []


def test_the_office_decides_otherwise_by_an_act_with_a_reason(session, found, now):
    kept, (excluded,) = codes(session, found)
    decision = Decision(excluded.application_id, "La seconda l'ha inviata per errore")
    with pytest.raises(NotFound):
        doubles.decide(session, found.evaluators[0], found.call_id, decision, now)
    with pytest.raises(Refused, match="Scrivi il motivo"):
        doubles.decide(session, found.office, found.call_id, decision._replace(reason=" "), now)
    shown = pack(doubles.parts(doubles.of_call(session, found.call_id)[0]))
    doubles.decide(session, found.office, found.call_id, decision, now, seen=shown)
    assert codes(session, found) == (excluded, (kept,))
    act = session.scalars(select(AuditEvent).where(AuditEvent.action == "calls.double.decided"))
    assert act.all()[-1].after["reason"] == decision.reason
    assert audit.violations(session) == []
    back = Decision(kept.application_id, "Ci ha ripensato")
    with pytest.raises(Changed):
        doubles.decide(session, found.office, found.call_id, back, now, seen=shown)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, now)
    assert json.loads(row.content)["excluded"][0]["reason"] == decision.reason
    with pytest.raises(Refused, match="graduatoria è pubblicata"):
        doubles.decide(session, found.office, found.call_id, back, now)


@pytest.mark.parametrize("end", ["lapsed", "reopened"])
def test_once_points_were_seen_no_end_of_a_trial_lets_another_count(session, found, now, end):
    kept, (excluded,) = codes(session, found)
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    if end == "reopened":
        trial.reopen(session, found.office, found.call_id, "Manca una firma.", now)
    else:
        new = people.person(session, name="Nina Nuova")
        trial.reopen(session, found.office, found.call_id, "Manca una persona.", now)
        why = "Resta una persona sola."
        commissions.conflict(session, found.evaluators[0], found.keys[2])
        evaluators.appoint(session, found.office, found.call_id, new.email, now, reason=why)
        judge = people.actor(session, new)
        commissions.declare_all(session, found, judge, found.keys[2:])
        commissions.send(session, judge, found.keys[2], "8 6 6")
        commissions.try_ranking(session, found)
        commissions.conflict(session, judge, found.keys[2])
        assert trials.of_call(session, found.call_id).lapsed is not None
    other = Decision(excluded.application_id, "Ora si vede che conviene.")
    with pytest.raises(Refused, match="quale domanda conta non cambia più"):
        doubles.decide(session, found.office, found.call_id, other, now)
    assert codes(session, found) == (kept, (excluded,))


def test_page_and_paper_print_each_decision_with_its_instant_and_what_counted_before(
    session, found, client, now
):
    kept, (excluded,) = codes(session, found)
    commissions.decide_last(session, found, "È passata allo sportello.")
    back = Decision(excluded.application_id, "Ha scritto il contrario.")
    doubles.decide(session, found.office, found.call_id, back, now)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    facts = {"kept": kept.application_id, "before": excluded.application_id, "reason": "Di prima."}
    call = audit.of(Call, found.call_id)  # such an act was possible once
    audit.record_act(session, found.office, chain_acts.DECIDED, call, now, after=facts)
    row = rankings.publish(session, found.office, found.call_id, now)
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    start = "Delle domande con lo stesso codice fiscale conta"
    at = when(now)
    first, second, third = (
        f"{start} {kept.code}. Lo ha deciso Ugo Ufficio, ",
        f"{start} {excluded.code}, prima contava {kept.code}. Lo ha deciso Ugo Ufficio, {at}: "
        "Ha scritto il contrario.",
        f"{start} {kept.code}, prima contava {excluded.code}. Lo ha deciso Ugo Ufficio, dopo la "
        f"prova, {at}: Di prima.",
    )
    paper = " ".join(words(papers.ranking(session, row.id).draw()).split())
    for told in (page, paper):
        assert "Atti dopo l'apertura" in told.replace("&#39;", "'")
        assert first in told and "È passata allo sportello." in told
    assert second in page and third in page
    assert "Ha scritto il contrario." in paper and "Di prima." in paper  # a page ends between them
    assert paper.count("prima contava") == 2 and paper.count("dopo la prova, ") == 1


def test_the_desk_offers_no_other_once_points_were_seen(session, found, client, sign_in, now):
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    desk = f"/office/calls/{found.call_id}/evaluation"
    sign_in(client, session.get(Person, found.office.person_id))
    assert "Decidi che conti un" in client.get(desk).text
    commissions.try_ranking(session, found)
    trial.reopen(session, found.office, found.call_id, "Manca una firma.", now)
    session.commit()
    text = client.get(desk).text
    assert "Decidi che conti un" not in text and "quale domanda conta non cambia più" in text


def test_the_pages_show_doubles_to_the_office_and_a_decision_is_taken_there(
    session, found, client, sign_in
):
    desk = f"/office/calls/{found.call_id}/evaluation"
    _kept, (excluded,) = codes(session, found)
    person = session.get(Person, found.office.person_id)
    client = sign_in(client, person)
    text = client.get(desk).text
    assert "Domande con lo stesso codice fiscale" in text and "Le ha inviate la stessa" not in text
    assert "vengono da account diversi" in text and "Nessuna conta" in text
    for key in found.keys[:2]:
        person = session.get_one(Person, commissions.applicant(session, key).person_id)
        assert person.name in text and person.email in text
    assert "Giulia Ferrari" in text and "Il forno mobile" in text
    assert "devi decidere quale domanda conta" in text
    of = untouched(text, f"{desk}/doubles")["double"]
    chosen = {f"application-{of}": str(excluded.application_id)}
    assert press(client, desk, f"{desk}/doubles", chosen).status_code == 409
    typed = {**chosen, f"reason-{of}": "Ha inviato la prova per sbaglio"}
    done = press(client, desk, f"{desk}/doubles", typed, follow_redirects=False)
    assert done.status_code == 303
    assert codes(session, found)[0] == excluded
    assert "Ha inviato la prova per sbaglio" in client.get(desk).text


def test_a_ranking_waits_for_the_office_where_the_accounts_differ(session, found, now):
    commissions.send_all(session, found)
    (double,) = doubles.of_call(session, found.call_id)
    assert double.of_several and double.waits
    ready = rankings.readiness(session, found.office, found.call_id)
    assert [one.where for one in publication.waiting(ready.owed)] == ["doubles"]
    with pytest.raises(Refused, match="Prima decidi quale conta"):
        rankings.publish(session, found.office, found.call_id, now)
    last = Decision(double.kept.application_id, "È venuta allo sportello: è la sua.")
    doubles.decide(session, found.office, found.call_id, last, now)
    row = rankings.publish(session, found.office, found.call_id, now)
    (excluded,) = json.loads(row.content)["excluded"]
    assert excluded["reason"] == last.reason
    assert [line for line in checks.violations(session) if not line.startswith("C5")] == []


def test_a_ranking_published_before_this_keeps_its_last_one(session, found, now, monkeypatch):
    """The last one counted by itself then: what was computed is computed again to the letter."""
    commissions.send_all(session, found)
    with monkeypatch.context() as before:
        before.setattr(publication, "check_may_publish", lambda *_args, **_more: None)
        rankings.publish(session, found.office, found.call_id, now)
    assert [line for line in checks.violations(session) if line.startswith("C13")] == []


def test_an_opened_code_is_kept_whole_and_tidied(session, found, now):
    assert {one.tax_code for one in [codes(session, found)[0], *codes(session, found)[1]]} == {CODE}
    with pytest.raises(Refused, match="già aperte"):
        openings.open_envelopes(session, found.office, found.call_id, now)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", ("2 domande in graduatoria", "1 altra è esclusa", "domande valutate")),
        ("en", ("2 applications in the ranking", "1 more is excluded", "applications assessed")),
    ],
)
def test_page_preview_and_paper_count_a_double_as_excluded(
    session, found, client, sign_in, language, said
):
    one, other, never = said
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    office = session.get(Person, found.office.person_id)
    sign_in(client, office)
    client.post("/language", data={"language": language, "next": "/calls"})
    preview = client.get(f"/office/calls/{found.call_id}/ranking").text
    row = rankings.publish(session, found.office, found.call_id, found.office.now)
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    told = [preview, page]
    if language == "it":  # a paper has one language
        told.append(words(papers.ranking(session, row.id).draw()))
    for text in told:
        assert one in text and other in text and never not in text


def test_the_desk_shows_who_may_be_one_person_under_two_codes_and_decides_nothing(
    session, client, sign_in
):
    found = commissions.world(session, opened=False, applications=0)
    letters = commissions.code_of(0)[:14] + "L"  # for the last figure, which is 0
    for number, code in enumerate(("", letters + calc_check_digit(letters))):
        commissions.add_application(session, found, number, tax_code=code)
    commissions.open_and_declare(session, found)
    session.commit()
    sign_in(client, session.get(Person, found.office.person_id))
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    shown = desk.split("Domande che possono essere della stessa persona")[1].split("</section>")[0]
    rows = session.query(OpenedApplication).filter_by(call_id=found.call_id).all()
    assert len(rows) == 2
    for row in rows:
        assert row.code in shown and row.tax_code not in desk
    assert doubles.of_call(session, found.call_id) == []

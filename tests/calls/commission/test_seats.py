"""Who came to a commission and who left it, named where a page had shown another one."""

from calls.commission import evaluators, progress, seats
from kit import shown
from kit.words.text import render
from tests import make
from tests.calls import commissions


def told(session, call_id, packed):
    members = progress.of_commission(session, call_id)
    name = seats.named(session, call_id, members)
    return [
        render(said) if (said := name(part)) else part
        for part in shown.differences(packed, seats.parts(members))
    ]


def test_who_came_and_who_left_are_named_and_nobody_else(session, now):
    found = commissions.world(session, opened=False)
    old = shown.pack(seats.parts(progress.of_commission(session, found.call_id)))
    assert told(session, found.call_id, old) == []
    gone, new = found.evaluators[0], make.person(session, "Rita Valli")
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    evaluators.appoint(session, found.office, found.call_id, new.email, now)
    assert told(session, found.call_id, old) == [
        "Rita Valli è nella commissione",
        "Commissaria 1 non è più nella commissione",
    ]


def test_a_page_that_showed_nobody_has_shown_that(session, now):
    found = commissions.world(session, evaluators=0, opened=False)
    old = shown.pack(seats.parts([]))
    assert old and told(session, found.call_id, old) == []
    rita = make.person(session, "Rita Valli")
    evaluators.appoint(session, found.office, found.call_id, rita.email, now)
    assert told(session, found.call_id, old) == ["Rita Valli è nella commissione"]


def test_a_form_finds_out_no_name_of_who_was_never_on_it(session):
    found = commissions.world(session, opened=False)
    stranger = make.person(session, "Nome Altrui")
    old = shown.pack(seats.parts(progress.of_commission(session, found.call_id)))
    for part in (f"seat-{stranger.id}", "seat-9999999999999999999999", "seat-x"):
        said = told(session, found.call_id, f"{old} {part}=AAAAAAAAAAAA")
        assert said == ["una persona non è più nella commissione"]

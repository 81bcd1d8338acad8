"""The delivery came as assigned: shown first, charged once."""

import pytest
from sqlalchemy import select, update

from kit.mail import Mail
from ledger import accounts
from market import checks
from market.closings import closings, dry_runs
from market.tables.orders import GroupOrder
from market.tables.settlements import Charge
from tests import jobs
from tests.forms import filled, form
from tests.market import make
from tests.market.pages.shown import text


def test_the_page_shows_what_everybody_will_pay_and_writes_nothing(
    coordinator, session, at, closed_id
):
    page = text(coordinator.get(f"/group-orders/{closed_id}/settlement"))
    # Goods 14,50 and 6,00; of 10,01 of transport 7,08 and 2,93.
    assert "20,50 €" in page and "10,01 €" in page and "21,58 €" in page
    assert "È arrivato tutto: addebita 2 famiglie" in page
    assert session.scalars(select(Charge)).all() == []


def test_settling_charges_each_household_once(coordinator, session, at, closed_id):
    seen = filled(coordinator, f"/group-orders/{closed_id}/settlement", {})
    answer = coordinator.post(f"/group-orders/{closed_id}/settlement", data=seen)
    assert "Consegna registrata" in answer.text
    assert accounts.balance(session, at.first.account_id) == 10_000 - 2158
    assert accounts.balance(session, at.second.account_id) == 10_000 - 893
    answer = coordinator.post(f"/group-orders/{closed_id}/settlement", data=seen)
    assert answer.status_code == 409 and "già stato consegnato" in answer.text
    assert accounts.balance(session, at.first.account_id) == 10_000 - 2158
    assert checks.violations(session) == []


def test_a_treasurer_may_settle_too(enter, session, at, closed_id):
    client = enter(("treasurer", "centre", at.centre.id))
    path = f"/group-orders/{closed_id}/settlement"
    assert client.post(path, data=filled(client, path, {})).status_code == 200
    session.expire_all()
    assert session.scalar(select(GroupOrder.state)) == "settled"


def test_an_open_order_is_not_settled(coordinator, session, at, order_id):
    answer = coordinator.post(f"/group-orders/{order_id}/settlement")
    assert answer.status_code == 409 and "ancora aperto" in answer.text
    answer = coordinator.get(f"/group-orders/{order_id}/settlement", follow_redirects=False)
    assert answer.headers["Location"] == f"/group-orders/{order_id}"


@pytest.mark.parametrize("grant", [("driver", 0), ("coordinator", 1)])
def test_others_find_nothing_and_charge_nobody(enter, session, at, closed_id, grant):
    centre = [at.centre.id, make.world(session).centre.id][grant[1]]
    client = enter((grant[0], "centre", centre))
    assert client.get(f"/group-orders/{closed_id}/settlement").status_code == 404
    assert client.post(f"/group-orders/{closed_id}/settlement").status_code == 404
    session.expire_all()
    assert session.scalar(select(GroupOrder.state)) == "closed"


def test_who_goes_below_zero_is_named_before(coordinator, session, at, closed_id):
    make.top_up(session, at.second.account_id, -9_500, at.now)
    session.execute(update(GroupOrder).values(delivery_day=make.a_day(at, 0)))
    session.commit()
    page = text(coordinator.get(f"/group-orders/{closed_id}/settlement"))
    assert "1 famiglia va sotto zero" in page and "-3,93 €" in page


def test_a_preview_that_changed_behind_is_shown_again_and_nobody_is_charged(
    coordinator, session, at, closed_id
):
    """Cash came in and another charge went off: what each is left with is not what was read."""
    path = f"/group-orders/{closed_id}/settlement"
    old = filled(coordinator, path, {})
    make.top_up(session, at.second.account_id, -9_500, at.now)
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409
    assert f"è cambiato qualcosa: il credito di {at.second.name}. " in text(refused)
    assert "-3,93 €" in text(refused) and text(refused).count("cambiato</") == 1
    session.expire_all()
    assert session.scalar(select(GroupOrder.state)) == "closed"
    assert session.scalars(select(Charge)).all() == []
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert len(session.scalars(select(Charge)).all()) == 2


def test_who_was_shown_nothing_charges_nobody(coordinator, session, at, closed_id):
    refused = coordinator.post(f"/group-orders/{closed_id}/settlement")
    assert refused.status_code == 409 and "Prima di confermare guarda" in text(refused)
    odd = {"seen": "charge-1=x credit-99=y boh=z"}
    refused = coordinator.post(f"/group-orders/{closed_id}/settlement", data=odd)
    assert refused.status_code == 409 and at.first.name in text(refused)
    assert session.scalars(select(Charge)).all() == []


def test_a_household_that_lost_its_address_is_told_by_voice_only_by_who_knows(
    coordinator, session, at, closed_id
):
    path = f"/group-orders/{closed_id}/settlement"
    old = filled(coordinator, path, {})
    at.first.email = None
    session.commit()
    refused = coordinator.post(path, data=old)
    words = "è cambiato qualcosa: a chi si scrive e a chi va detto a voce. "
    assert refused.status_code == 409 and words in text(refused)
    assert session.scalars(select(Charge)).all() == []
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert len(session.scalars(select(Charge)).all()) == 2


def test_only_who_pays_is_counted_and_written_to(coordinator, session, at):
    """Of two households one gets nothing: one charge, one letter."""
    boxes, crates = (make.pieces(session, at, case_size=6, whole_cases=True) for _ in range(2))
    order_id = make.opened(session, at)
    paying, cut = make.household(session, at), make.household(session, at)
    make.book(session, at, order_id, paying, (boxes.id, 6))
    make.book(session, at, order_id, cut, (crates.id, 5))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    jobs.run_all(session)
    session.commit()
    path = f"/group-orders/{order_id}/settlement"
    page = text(coordinator.get(path))
    assert "1 addebito" in page and "È arrivato tutto: addebita 1 famiglia" in page
    assert "Parte 1 lettera." in page
    answer = coordinator.post(path, data=filled(coordinator, path, {}))
    assert "Consegna registrata e addebitata. Parte 1 lettera." in text(answer)
    jobs.run_all(session)
    told = select(Mail.to).where(Mail.kind == "market.settlement_notice")
    assert session.scalars(told).all() == [paying.email]


def test_the_page_promises_no_correction_that_nobody_can_make(coordinator, at, closed_id):
    page = text(coordinator.get(f"/group-orders/{closed_id}/settlement"))
    assert "per ora nessuna pagina corregge un addebito" in page and "storno" not in page

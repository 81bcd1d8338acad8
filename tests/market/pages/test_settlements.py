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
from tests.market import make
from tests.market.pages import shown


def test_the_page_shows_what_everybody_will_pay_and_writes_nothing(
    coordinator, session, at, closed_id
):
    text = coordinator.get(f"/group-orders/{closed_id}/settlement").text
    # Goods 14,50 and 6,00; of 10,01 of transport 7,08 and 2,93.
    assert "20,50\u00a0€" in text and "10,01\u00a0€" in text and "21,58\u00a0€" in text
    assert "È arrivato tutto: addebita 2 famiglie" in text
    assert session.scalars(select(Charge)).all() == []


def test_settling_charges_each_household_once(coordinator, session, at, closed_id):
    answer = coordinator.post(f"/group-orders/{closed_id}/settlement")
    assert "Consegna registrata" in answer.text
    assert accounts.balance(session, at.first.account_id) == 10_000 - 2158
    assert accounts.balance(session, at.second.account_id) == 10_000 - 893
    answer = coordinator.post(f"/group-orders/{closed_id}/settlement")
    assert answer.status_code == 409 and "già stato consegnato" in answer.text
    assert accounts.balance(session, at.first.account_id) == 10_000 - 2158
    assert checks.violations(session) == []


def test_a_treasurer_may_settle_too(enter, session, at, closed_id):
    client = enter(("treasurer", "centre", at.centre.id))
    assert client.post(f"/group-orders/{closed_id}/settlement").status_code == 200
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
    session.execute(update(GroupOrder).values(delivery_day=at.now.date()))
    session.commit()
    text = coordinator.get(f"/group-orders/{closed_id}/settlement").text
    assert "1 famiglia va sotto zero" in text and "-3,93\u00a0€" in text


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
    page = shown.text(coordinator.get(path))
    assert "1 addebito" in page and "È arrivato tutto: addebita 1 famiglia" in page
    assert "Parte 1 lettera." in page
    answer = coordinator.post(path)
    assert "Consegna registrata e addebitata. Parte 1 lettera." in shown.text(answer)
    jobs.run_all(session)
    told = select(Mail.to).where(Mail.kind == "market.settlement_notice")
    assert session.scalars(told).all() == [paying.email]


def test_the_page_promises_no_correction_that_nobody_can_make(coordinator, at, closed_id):
    page = shown.text(coordinator.get(f"/group-orders/{closed_id}/settlement"))
    assert "per ora nessuna pagina corregge un addebito" in page and "storno" not in page

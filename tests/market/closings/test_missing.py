"""What a coordinator should know, or mend, before closing."""

from datetime import timedelta

from market.closings import books
from market.closings.missing import whats_missing
from tests.market import make


def issues(session, at, order_id, now):
    return whats_missing(session, books.read(session, order_id), now)


def test_the_list_names_the_hour_the_minimum_and_every_open_case(session, at, order):
    words = [str(issue.text) for issue in issues(session, at, order, at.now)]
    assert any("L'ora di chiusura promessa" in x for x in words)
    assert any("Mancano 21,50\u00a0€ al minimo" in x for x in words)
    assert any("mancano 3 kg al collo. Chiudendo ora si tolgono 2 kg" in x for x in words)
    later = at.now + timedelta(days=4)
    make.book(session, at, order, at.b, (at.apples.id, 8000))
    make.top_up(session, at.b.account_id, 10_000, at.now)
    make.book(session, at, order, at.b, (at.honey.id, 10))
    assert issues(session, at, order, later) == []


def test_credit_that_is_gone_and_a_producer_without_address_are_named(session, at, order):
    make.top_up(session, at.b.account_id, -9_000, at.now)
    at.agreement.email = None
    session.flush()
    words = [str(issue.text) for issue in issues(session, at, order, at.now)]
    assert any(x.startswith(at.b.name) and "mancano 7,50\u00a0€" in x for x in words)
    assert any("non ha un indirizzo" in x for x in words)


def test_an_order_without_bookings_is_blocked_first(session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    first = issues(session, at, order_id, at.now)[0]
    assert first.blocking and "Nessuno ha prenotato" in str(first.text)


def test_an_order_that_has_not_opened_is_counted_on_by_nobody(session, at):
    """Before its opening nobody could book, so that nobody holds on to its hour."""
    make.pieces(session, at)
    order_id = make.opened(session, at)
    opens = books.read(session, order_id).order.opens_at
    early = issues(session, at, order_id, opens - timedelta(seconds=1))
    assert [str(issue.text) for issue in early] == [
        "L'ordine non è ancora aperto: nessuno ha potuto prenotare. Puoi annullarlo."
    ]
    assert early[0].blocking
    words = [str(issue.text) for issue in issues(session, at, order_id, opens)]
    assert "Nessuno ha prenotato" in words[0] and any("può contarci ancora" in x for x in words)


def test_each_thing_leads_to_where_it_is_mended(session, at, order):
    make.top_up(session, at.b.account_id, -9_000, at.now)
    at.agreement.email = None
    session.flush()
    found = issues(session, at, order, at.now)
    assert not any(issue.blocking for issue in found)
    (apples,) = [row.id for row in books.read(session, order).offers if row.unit == "g"]
    leads = [(issue.offer_id, issue.household_id, issue.producer_id) for issue in found]
    assert leads == [
        (None, None, None),  # the hour
        (None, None, None),  # the minimum
        (apples, None, None),
        (None, at.b.id, None),
        (None, None, at.producer.id),
    ]


def test_the_hour_is_named_until_it_strikes_and_the_minimum_until_it_is_reached(session, at, order):
    closes = at.terms.closes_at
    hour = "L'ora di chiusura promessa"
    for now, said in ((closes - timedelta(seconds=1), True), (closes, False)):
        words = [str(issue.text) for issue in issues(session, at, order, now)]
        assert any(hour in x for x in words) is said
    make.book(session, at, order, at.a, (at.honey.id, 12))  # 20 more euro: 1.50 are missing
    words = [str(issue.text) for issue in issues(session, at, order, closes)]
    assert any("Mancano 1,50\u00a0€ al minimo del produttore (50,00\u00a0€)" in x for x in words)
    make.book(session, at, order, at.a, (at.honey.id, 13))
    words = [str(issue.text) for issue in issues(session, at, order, closes)]
    assert not any("al minimo" in x for x in words)


def test_credit_that_just_suffices_is_not_named_and_a_limit_counts_as_credit(session, at, order):
    # B has booked 5 kg at 3.50 and paid 100 euro in.
    make.top_up(session, at.b.account_id, -10_000 + 1750, at.now)

    def short():
        return [i.household_id for i in issues(session, at, order, at.now) if i.household_id]

    assert short() == []
    make.top_up(session, at.b.account_id, -1, at.now)
    assert short() == [at.b.id]
    at.b.limit_cents = 1
    session.flush()
    assert short() == []


def test_it_costs_one_statement(session, at, order, statements):
    read = books.read(session, order)
    assert statements(lambda: whats_missing(session, read, at.now)) == 1

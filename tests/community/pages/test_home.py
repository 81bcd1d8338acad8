"""The first page: for whoever passes by, and for a member."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from calls.applications import submissions
from calls.envelopes import openings
from calls.rankings import rankings
from calls.texts import published
from market import settlements
from market.closings import closings, dry_runs
from market.tables.orders import GroupOrder
from people import roles
from people.tables.persons import Person
from tests import make as people
from tests.calls import commissions
from tests.calls import make as world
from tests.market import make


@pytest.fixture
def at(session):
    return make.world(session)


def test_a_visitor_sees_the_centres_and_what_is_open(client, session, at):
    make.product(session, at)
    make.opened(session, at, title="Verdure di stagione")
    session.commit()
    text = client.get("/").text
    assert "Una comunità che gira" in text and "Verdure di stagione" in text


def test_a_member_finds_four_answers(client, session, at, sign_in):
    apples = make.pieces(session, at)
    family = make.household(session, at, credit=5000)
    order_id = make.opened(session, at, title="Verdure di stagione")
    make.book(session, at, order_id, family, (apples.id, 3))
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    text = client.get("/").text
    for answer in (
        "Che cosa posso ordinare",
        "Che cosa ho prenotato",
        "Che cosa ritiro",
        "6,00\u00a0€",
        "50,00\u00a0€",
    ):
        assert answer in text


def test_the_home_costs_the_same_statements_for_one_household_and_for_four(
    client, session, at, sign_in, connection
):
    count = make.counter(connection)
    first = make.household(session, at)
    member = make.member(session, first)
    person = session.get(Person, member.person_id)
    session.commit()
    sign_in(client, person)
    small = count(lambda: client.get("/"))
    for _ in range(3):
        other = make.household(session, at)
        roles.grant(session, None, person.id, roles.MEMBER, "household", other.id, at.now)
    session.commit()
    assert count(lambda: client.get("/")) == small <= 6


def test_somebody_without_a_role_is_led_to_the_calls(client, session, sign_in):
    person = people.person(session)
    session.commit()
    sign_in(client, person)
    assert 'href="/calls"' in client.get("/").text


def test_home_says_of_each_application_whether_it_is_sent(client, session, sign_in, now):
    call, person = world.call(session), people.person(session)
    actor = people.actor(session, person)
    application_id = world.draft(session, call, actor)
    session.commit()
    sign_in(client, person)
    assert "Si invia fino a" in client.get("/").text
    submissions.submit(session, actor, application_id, now)
    session.commit()
    page = client.get("/").text
    assert "È arrivata" in page and "Si invia fino a" not in page


def test_home_says_when_the_time_to_send_is_over(client, session, sign_in, now):
    begun, person = now - timedelta(days=30), people.person(session)
    call = world.call(session, begun)
    world.draft(session, call, people.actor(session, person), begun)
    session.commit()
    sign_in(client, person)
    page = client.get("/").text
    assert "la domanda non è stata inviata" in page and "Si invia fino a" not in page


@pytest.mark.parametrize("path", ["/", "/applications", "/calls", "/applications/{own}"])
def test_who_sent_too_late_reads_when_it_came(client, session, sign_in, now, path):
    begun, person = now - timedelta(days=30), people.person(session)
    call = world.call(session, begun)
    own = world.draft(session, call, people.actor(session, person), begun)
    session.commit()
    sign_in(client, person)
    path = path.format(own=own)
    assert "Il tuo invio" not in client.get(path).text
    refused = client.post(f"/applications/{own}/send")
    assert refused.status_code == 409
    said = re.search(r"La domanda è arrivata ([^<]*?), dopo il termine, e non", refused.text)
    assert said and re.match(r"\w+ \d+ \w+ \d{4}, ore", said[1])
    page = html.unescape(client.get(path).text)
    assert f"Il tuo invio è arrivato {html.unescape(said[1])}, dopo il termine: " in page


def test_a_deserted_call_has_no_ranking_for_who_had_a_draft(client, session, sign_in, now):
    found = commissions.world(session, applications=0, opened=False)
    author = people.person(session)
    call, actor = published.of_call(session, found.call_id), people.actor(session, author)
    world.draft(session, call, actor, now - timedelta(days=30))
    openings.open_envelopes(session, found.office, found.call_id, now)
    rankings.publish(session, found.office, found.call_id, now)
    session.commit()
    sign_in(client, author)
    for path in ("/", "/applications"):
        page = client.get(path).text
        assert "Guarda che cosa è pubblicato" in page and "Guarda la graduatoria" not in page


class TestTheSheetsThatWait:
    @pytest.fixture
    def found(self, session):
        return commissions.world(session)

    def home(self, session, client, sign_in, found):
        session.commit()
        sign_in(client, session.get(Person, found.evaluators[0].person_id))
        return client.get("/").text

    def test_are_counted(self, session, client, sign_in, found):
        assert "2 schede da inviare" in self.home(session, client, sign_in, found)
        commissions.send(session, found.evaluators[0], found.keys[0], "8 6 6")
        page = self.home(session, client, sign_in, found)
        assert "Valuta le domande" in page and "1 scheda da inviare" in page

    def test_are_none_before_the_opening(self, session, client, sign_in):
        found = commissions.world(session, opened=False)
        assert "Valuta le domande" not in self.home(session, client, sign_in, found)

    def test_are_none_for_who_is_in_conflict_with_all(self, session, client, sign_in, found):
        for key in found.keys:
            commissions.conflict(session, found.evaluators[0], key)
        assert "Valuta le domande" not in self.home(session, client, sign_in, found)

    def test_are_none_once_the_ranking_is_published(self, session, client, sign_in, found, now):
        commissions.send_all(session, found)
        rankings.publish(session, found.office, found.call_id, now)
        assert "Valuta le domande" not in self.home(session, client, sign_in, found)


@pytest.fixture
def orders(session, at):
    """Boxes in cases of six, booked by two households of one person."""
    at.boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    at.families = [make.household(session, at) for _ in range(2)]
    at.member = make.member(session, at.families[0])
    at.order_id = make.opened(session, at, title="Zucche", transport_cents=600)
    make.book(session, at, at.order_id, at.families[0], (at.boxes.id, 5))
    session.commit()
    return at


def answers(client):
    """The four answers of the home, by the id of their heading."""
    page = " ".join(html.unescape(client.get("/").text).replace("\u00a0", " ").split())
    return dict(re.findall(r'<section aria-labelledby="(q-\w+)">(.*?)</section>', page))


def close(session, at):
    seen = dry_runs.dry_run(session, at.coordinator, at.order_id)
    closings.close(session, at.coordinator, at.order_id, seen.token, at.now)
    session.commit()


def enter(session, client, sign_in, at):
    sign_in(client, session.get(Person, at.member.person_id))
    return client


def test_what_is_closed_before_its_hour_is_not_offered(session, client, sign_in, orders):
    client = enter(session, client, sign_in, orders)
    assert "Zucche" in answers(client)["q-order"]
    make.book(session, orders, orders.order_id, orders.families[1], (orders.boxes.id, 1))
    close(session, orders)
    seen = answers(client)
    assert "Zucche" not in seen["q-order"] and "Zucche" not in seen["q-booked"]
    assert "Zucche" in seen["q-pickup"] and "in arrivo" in seen["q-pickup"]


def test_goods_that_arrived_stay_in_sight_for_some_days(session, client, sign_in, orders):
    client = enter(session, client, sign_in, orders)
    make.book(session, orders, orders.order_id, orders.families[1], (orders.boxes.id, 1))
    close(session, orders)
    settlements.settle(session, orders.coordinator, orders.order_id, orders.now)
    session.commit()
    seen = answers(client)["q-pickup"]
    assert "Zucche" in seen and "arrivato" in seen
    past = {"settled_at": orders.now - timedelta(days=4), "delivery_day": make.a_day(orders, -4)}
    session.execute(update(GroupOrder).values(past))
    session.commit()
    assert "Zucche" not in answers(client)["q-pickup"]


def test_who_only_helps_to_fill_a_case_finds_it_among_bookings_and_pick_ups(
    session, client, sign_in, orders
):
    at = orders
    make.book(session, at, at.order_id, at.families[0], (at.boxes.id, 0, 1))
    make.book(session, at, at.order_id, at.families[1], (at.boxes.id, 5))
    session.commit()
    client = enter(session, client, sign_in, at)
    booked = answers(client)["q-booked"]
    assert "Zucche" in booked and "solo «fino a»" in booked
    close(session, at)
    assert "Zucche" in answers(client)["q-pickup"]
    text = client.get("/pickups").text.replace("\u00a0", " ")
    assert "1 pezzo Cassetta" in text and "1 prodotto, 3,00 €" in text


def test_somebody_of_two_households_finds_each_with_its_name_and_sum(
    session, client, sign_in, orders
):
    at = orders
    make.book(session, at, at.order_id, at.families[1], (at.boxes.id, 2))
    person = at.member.person_id
    roles.grant(session, None, person, roles.MEMBER, "household", at.families[1].id, at.now)
    session.commit()
    client = enter(session, client, sign_in, at)
    for page in (answers(client)["q-booked"], client.get("/group-orders").text):
        page = page.replace("\u00a0", " ")
        for family, sum_ in zip(at.families, ("10,00 €", "4,00 €"), strict=True):
            link = f'/group-orders/{at.order_id}/booking?household={family.id}">{family.name}</a>'
            assert f"{link}: {sum_}" in page


def test_who_belongs_to_two_centres_reads_which_one_and_for_which_household(
    session, client, sign_in, orders
):
    at, there = orders, make.world(session)
    boxes, other = make.pieces(session, there), make.household(session, there)
    order_id = make.opened(session, there, title="Noci")
    make.book(session, there, order_id, other, (boxes.id, 1))
    client, person = enter(session, client, sign_in, at), at.member.person_id
    one = client.get("/").text + client.get("/group-orders").text
    assert at.centre.name not in one.partition("<main")[2].partition("<footer")[0]
    roles.grant(session, None, person, roles.MEMBER, "household", other.id, at.now)
    for centre in (at.centre, there.centre):
        roles.grant(session, None, person, roles.TREASURER, "centre", centre.id, at.now)
    make.book(session, at, at.order_id, at.families[0], (at.boxes.id, 6))
    session.commit()
    seen, listed = answers(client), html.unescape(client.get("/group-orders").text)
    for whose, centre, family in (
        ("Zucche", at.centre, at.families[0]),
        ("Noci", there.centre, other),
    ):
        said = f"Cascina Verde · {centre.name} · {family.name}"
        assert said in seen["q-order"] and said in seen["q-booked"] and said in listed, whose
        assert f"{centre.name} · tessera {family.code}" in seen["q-balance"]
        assert f"Tieni la cassa: {centre.name}" in html.unescape(client.get("/").text)
    close(session, at)
    assert f"{at.centre.name} · {at.families[0].name}" in answers(client)["q-pickup"]


def test_what_comes_next_is_first_for_everybody(session, client, sign_in, at):
    """Orders by closing or opening, pick-ups by their day, for a visitor too however many."""
    boxes, family = make.pieces(session, at), make.household(session, at)
    for number in (6, 3, 7, 2, 5, 4, 8):  # opened in no order
        days = {"closes_at": at.now + timedelta(days=number), "delivery_day": make.a_day(at, 20)}
        make.opened(session, at, title=f"Aperto {number}", **days)
    for number in (2, 1):
        starts = at.now + timedelta(days=number)
        ends = {"closes_at": at.now + timedelta(days=6 - number)}
        make.opened(session, at, title=f"Futuro {number}", opens_at=starts, **ends)
    for number in (9, 4, 6):
        day = {
            "delivery_day": make.a_day(at, number),
            "closes_at": at.now + timedelta(hours=number),
        }
        at.order_id = make.opened(session, at, title=f"Ritiro {number}", **day)
        make.book(session, at, at.order_id, family, (boxes.id, 1))
        close(session, at)
    at.member = make.member(session, family)
    session.commit()

    def seen(word, text):
        found = re.findall(rf"{word} (\d)", re.sub(r"<[^>]+>", " ", text))
        return list(dict.fromkeys(map(int, found)))

    assert seen("Aperto", client.get("/").text) == [2, 3, 4, 5, 6, 7]
    centre = client.get(f"/centres/{at.centre.id}").text
    assert seen("Aperto", centre) == [2, 3, 4, 5, 6, 7, 8] and seen("Futuro", centre) == [1, 2]
    client = enter(session, client, sign_in, at)
    home, orders = answers(client), client.get("/group-orders").text
    assert seen("Aperto", home["q-order"]) == [2, 3, 4, 5, 6, 7, 8]
    assert seen("Ritiro", home["q-pickup"]) == [4, 6, 9]
    assert seen("Aperto", orders) == [2, 3, 4, 5, 6, 7, 8] and seen("Futuro", orders) == [1, 2]
    assert seen("Ritiro", orders) == seen("Ritiro", client.get("/pickups").text) == [4, 6, 9]


def test_a_visitor_is_not_offered_what_is_closed_or_not_open_yet(session, client, orders):
    assert "Zucche" in client.get("/").text
    later = {"opens_at": orders.now + timedelta(minutes=5)}
    session.execute(update(GroupOrder).values(later))
    session.commit()
    assert "Zucche" not in client.get("/").text
    centre = client.get(f"/centres/{orders.centre.id}").text
    assert "Si apre presto" in centre and "non ancora aperto" in centre
    assert "nessun ordine aperto" in client.get("/centres").text

"""An old page of a booking: it changes what was changed on it, and asks about the rest."""

import pytest
from sqlalchemy import select, update

from market.bookings.line_marks import line_marks
from market.tables.bookings import Booking, BookingLine
from market.tables.orders import GroupOrder, Offer
from people.tables.persons import Person
from tests.forms import form
from tests.market import make
from tests.market.pages.shown import text

HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene(session, at, client, sign_in):
    """A member before an order with honey, apples by the kilo and boxes in cases of 6."""
    honey = make.product(
        session, at, "Miele", unit="piece", price_micros=8_500_000, price_quantity=1
    )
    apples = make.product(session, at, "Mele", step=500)
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))

    class Scene:
        def __init__(self):
            self.path = f"/group-orders/{order_id}/booking"
            self.ids = {"honey": honey.id, "apples": apples.id, "boxes": boxes.id}

        def page(self):
            return form(client.get(self.path).text, self.path)

        def book(self, name, wanted, at_most=None):
            """What the coordinator books meanwhile."""
            asked = (self.ids[name], wanted, at_most or wanted)
            make.book(session, at, order_id, family, asked)
            session.commit()

        def booked(self):
            session.expire_all()
            found = session.execute(
                select(Offer.product_id, BookingLine.wanted, BookingLine.at_most)
                .join(Offer, Offer.id == BookingLine.offer_id)
                .join(Booking, Booking.id == BookingLine.booking_id)
                .where(Booking.household_id == family.id, BookingLine.at_most > 0)
            )
            names = {id_: name for name, id_ in self.ids.items()}
            return {names[id_]: (wanted, at_most) for id_, wanted, at_most in found}

        def line(self, name, **fields):
            path = f"{self.path}/lines/{self.ids[name]}"
            return client.post(path, data=self.named(name, **fields), headers=HTMX)

        def named(self, name, **fields):
            shown = fields.pop("shown", ())  # both marks, or what somebody made up
            fields |= dict(zip(("shown-wanted", "shown-most"), shown, strict=False))
            return {f"{key}-{self.ids[name]}": value for key, value in fields.items()}

        def after(self, answer):
            return form(answer.text, self.path)

    return Scene()


def test_an_old_page_saved_untouched_undoes_nothing(client, scene):
    """Before this, four jars the coordinator had booked were deleted without a word."""
    old = scene.page()
    scene.book("honey", 4)
    answer = client.post(scene.path, data=old.but())
    assert answer.status_code == 200
    assert scene.booked() == {"honey": (4, 4)}


def test_an_old_page_saves_what_was_changed_on_it_and_keeps_the_rest(client, scene):
    old = scene.page()
    scene.book("honey", 4)
    scene.book("boxes", 2, 5)
    answer = client.post(scene.path, data=old.but(scene.named("apples", wanted="1,5")))
    assert answer.status_code == 200
    assert scene.booked() == {"honey": (4, 4), "boxes": (2, 5), "apples": (1500, 1500)}


def test_where_both_changed_a_line_the_page_shows_both_and_asks(client, scene):
    old = scene.page()
    scene.book("honey", 4)
    typed = {**scene.named("honey", wanted="2"), **scene.named("apples", wanted="1")}
    asked = client.post(scene.path, data=old.but(typed))
    assert asked.status_code == 409
    assert "è salvato: 4 pezzi. Tu hai scritto: 2 pezzi." in text(asked)
    assert scene.booked() == {"honey": (4, 4), "apples": (1000, 1000)}, "the others are saved"
    shown = scene.after(asked)
    assert shown.values[f"wanted-{scene.ids['honey']}"] == "2"
    assert shown.values[f"shown-wanted-{scene.ids['honey']}"] == line_marks(4, 4).wanted
    assert client.post(scene.path, data=shown.but()).status_code == 200
    assert scene.booked()["honey"] == (2, 2), "pressed again, the typed one is saved"


def test_a_line_taken_away_on_an_old_page_is_asked_about_too(client, scene):
    scene.book("honey", 3)
    old = scene.page()
    scene.book("honey", 4)
    asked = client.post(scene.path, data=old.but(scene.named("honey", wanted="")))
    assert asked.status_code == 409 and "Tu hai scritto: niente" in text(asked)
    assert scene.booked() == {"honey": (4, 4)}


def test_what_cannot_be_read_keeps_saying_what_the_page_had_shown(client, scene):
    """Else a number mended after somebody else's change would undo it."""
    old = scene.page()
    scene.book("honey", 4)
    wrong = client.post(scene.path, data=old.but(scene.named("honey", wanted="due")))
    assert wrong.status_code == 422
    again = client.post(scene.path, data=scene.after(wrong).but(scene.named("honey", wanted="2")))
    assert again.status_code == 409 and "è salvato: 4 pezzi" in text(again)
    assert scene.booked() == {"honey": (4, 4)}


def test_one_line_of_an_old_page_is_asked_about_beside_its_field(scene):
    scene.book("honey", 4)
    asked = scene.line("honey", wanted="2")
    assert asked.status_code == 409 and "è salvato: 4 pezzi" in text(asked)
    assert (
        f'name="shown-wanted-{scene.ids["honey"]}" value="{line_marks(4, 4).wanted}"' in asked.text
    )
    assert scene.booked() == {"honey": (4, 4)}
    saved = scene.line("honey", wanted="2", shown=line_marks(4, 4))
    assert saved.status_code == 200 and line_marks(2, 2).wanted in saved.text
    assert scene.booked() == {"honey": (2, 2)}


def test_a_refused_line_brings_the_totals_of_what_is_saved(scene):
    """The page went on showing the total and the credit of the old booking."""
    scene.book("honey", 4)
    for asked in (scene.line("honey", wanted="2"), scene.line("honey", wanted="boh")):
        words = text(asked)
        assert asked.status_code in (409, 422)
        assert 'hx-swap-oob="outerHTML:#bar-total"' in words and "34,00 €" in words
        assert "Puoi prenotare ancora per 66,00 €" in words
        assert "Finora insieme: 34,00 €" in words


def test_a_line_refused_because_the_order_is_closed_brings_no_totals(scene, session):
    scene.book("honey", 4)
    session.execute(update(GroupOrder).values(state="cancelled"))
    session.commit()
    asked = scene.line("honey", wanted="2")
    assert asked.status_code == 409 and "bar-total" not in asked.text


def test_a_refused_line_keeps_saying_what_its_page_had_shown(scene):
    scene.book("apples", 1000)
    refused = scene.line("apples", wanted="0,3", shown=line_marks(1000, 1000))
    assert refused.status_code == 409 and "multipli" in refused.text
    assert line_marks(1000, 1000).wanted in refused.text
    odd = scene.line("apples", wanted="boh", shown=['"><script>'])
    assert odd.status_code == 422 and "<script>" not in odd.text


def test_each_line_of_a_page_says_what_it_shows_and_others_nothing(scene):
    scene.book("boxes", 0, 5)
    page = scene.page()
    shown = {name: value for name, value in page.values.items() if name.startswith("shown-")}
    marks = line_marks(0, 5)._asdict()
    assert shown == {f"shown-{name}-{scene.ids['boxes']}": marks[name] for name in marks}


def test_what_two_pages_changed_of_one_line_is_both_kept(client, scene):
    """One wants more, the other takes more to fill the case: each had its own field."""
    scene.book("boxes", 2, 5)
    old = scene.page()
    scene.book("boxes", 2, 6)
    answer = client.post(scene.path, data=old.but(scene.named("boxes", wanted="4")))
    assert answer.status_code == 200
    assert scene.booked() == {"boxes": (4, 6)}
    alone = scene.line("boxes", wanted="3", most="6", shown=line_marks(2, 6))
    assert alone.status_code == 409, "what the page had shown of that quantity is no longer so"
    assert scene.booked() == {"boxes": (4, 6)}


def test_after_the_end_only_what_would_have_changed_is_listed(client, session, scene):
    scene.book("honey", 3)
    scene.book("apples", 1000)
    old = scene.page()
    scene.book("apples", 2000)
    session.execute(update(GroupOrder).values(state="cancelled"))
    session.commit()
    untouched = client.post(scene.path, data=old.but())
    assert untouched.status_code == 409 and "Avevi scritto" not in untouched.text
    typed = {**scene.named("honey", wanted=""), **scene.named("boxes", wanted="", most="4")}
    changed = text(client.post(scene.path, data=old.but(typed)))
    lost = changed.partition("Avevi scritto, e non è stato salvato:")[2].partition("</ul>")[0]
    assert "Miele" in lost and "niente" in lost and "(fino a 4)" in lost
    assert "Mele" not in lost


def test_a_quantity_with_the_unit_of_its_field_is_booked_and_another_is_asked(scene):
    assert scene.line("apples", wanted="1,5 kg").status_code == 200
    assert scene.line("honey", wanted="2 pz").status_code == 200
    refused = scene.line("apples", wanted="500 g")
    assert refused.status_code == 422 and "scrivi il numero in kg" in text(refused)
    assert scene.booked() == {"apples": (1500, 1500), "honey": (2, 2)}

"""What a device offers of words that are not here: where it stands, and when it says nothing."""

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import proofs, sign_ins
from tests import make as people
from tests.calls import commissions
from tests.calls import make as calls
from tests.ended import PASSWORD, end, may_sign_in
from tests.waiting import until

pytestmark = pytest.mark.browser

OFFER = "Scritto su questo dispositivo"
WORDS = "Mercati e fiere.\nAnche d'inverno.\u200b \n\n"


class Writer:
    """Somebody who writes where the network and the session may end."""

    def __init__(self, watched, person_id, email, path):
        self.watched, self.page, self.id, self.email = watched, watched.page, person_id, email
        self.path = path

    @property
    def offer(self):
        return self.page.get_by_role("group", name=OFFER)

    def box(self, action):
        """Where the form that goes to this address stands."""
        return self.page.locator(f"form[action='{action}']").first.bounding_box()

    def writes_and_leaves(self, name, words):
        """Without a network: the device alone has it, and offers it in another tab."""
        context = self.page.context
        context.set_offline(True)
        self.page.fill(f"[name={name}]", words)
        until(lambda: self.page.evaluate("localStorage.getItem('farelegami-kept')"), "it is kept")
        left, self.page = self.page, context.new_page()
        left.close()
        context.set_offline(False)
        self.page.goto(self.watched.base + self.path)


@pytest.fixture
def writes(site, committed, browse):
    db.configure(committed.engine)

    def _writes(person_id, path, width=1280):
        with db.transaction() as session:
            email = may_sign_in(session, person_id)
            token = sign_ins.open_session(
                session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(width)
        cookie = {"name": "session", "value": token, "url": site.url}
        watched.page.context.add_cookies([cookie])
        watched.goto(path)
        return Writer(watched, person_id, email, path)

    return _writes


@pytest.fixture
def draft(site, committed):
    """A draft and its author's id."""
    db.configure(committed.engine)
    with db.transaction() as session:
        actor = people.actor(session, people.person(session, "Sara Zanotti"))
        home = (
            f"/applications/{calls.draft(session, calls.call(session), actor, market_customers='')}"
        )
        return actor.person_id, home


@pytest.mark.parametrize("width", [1280, 360])
def test_an_offer_stands_above_the_form_and_leaves_it_its_place(writes, draft, width):
    """In a page of two columns it was one of them, and the form went into the narrow one."""
    her = writes(draft[0], f"{draft[1]}/sections/market", width)
    before = her.box(her.path)
    her.writes_and_leaves("market_customers", "Chi va in bici.")
    expect(her.offer).to_contain_text("avevi scritto una cosa che qui non c'è")
    offer, after = her.offer.bounding_box(), her.box(her.path)
    assert (after["x"], after["width"]) == (before["x"], before["width"])
    assert offer["y"] + offer["height"] <= after["y"]


def test_an_offer_leaves_the_sheet_of_an_evaluator_its_place(writes, site, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1)
        key, evaluator = found.keys[0], found.evaluators[0]
    path = f"/calls/{key.call_id}/evaluations/{key.application_id}"
    his = writes(evaluator.person_id, path)
    before = his.box(f"{path}/marks")
    his.writes_and_leaves("motivation-A", "Idea chiara.")
    expect(his.offer).to_be_visible()
    after = his.box(f"{path}/marks")
    assert (after["x"], after["width"]) == (before["x"], before["width"])


def test_what_stands_in_the_field_is_not_said_to_be_missing(writes, draft):
    """The server keeps neither the end of a text nor what nobody sees in it."""
    her = writes(draft[0], f"{draft[1]}/sections/market")
    her.page.fill("[name=market_customers]", "")
    with db.transaction() as session:
        end(session, her.id)
    her.page.fill("[name=market_customers]", WORDS)
    her.watched.follow(her.page.get_by_role("button", name="Salva e continua"))
    her.page.fill("[name=email]", her.email)
    her.page.fill("[name=password]", PASSWORD)
    her.watched.follow(her.page.get_by_role("button", name="Entra", exact=True))
    her.watched.follow(her.page.get_by_role("button", name="Torna a quello che scrivevi"))
    her.page.get_by_text("controlla e premi di nuovo").wait_for()
    assert her.page.input_value("[name=market_customers]").startswith("Mercati e fiere.")
    expect(her.offer).to_have_count(0)

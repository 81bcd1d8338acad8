"""Letters twice as large on a phone: everything wraps, nothing leaves the screen sideways."""

import pytest

from kit import clock, db
from people import proofs, sign_ins
from tests import make as people
from tests.calls import make as calls
from tests.market import make

pytestmark = pytest.mark.browser

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What can be pressed and ends beyond the edge; what scrolls in a box of its own is reached there.
OFF = """() => {
  const held = each => each && each !== document.body
    && (['auto', 'scroll'].includes(getComputedStyle(each).overflowX) || held(each.parentElement))
  const pressed = 'a[href], button, summary, input:not([type=hidden]), select'
  return [...document.querySelectorAll(pressed)]
    .filter(each => each.getClientRects().length && !each.matches('.fl-skip') && !held(each))
    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(each => each.name || each.textContent.trim() || each.outerHTML)
}"""


@pytest.fixture
def opened(site, committed, browse):
    """Open a page at 360 px as this person, with letters twice as large."""
    db.configure(committed.engine)
    with db.transaction() as session:
        at, now = make.world(session), clock.now(session)
        make.product(session, at, "Mele", step=500, category="Frutta")
        make.pieces(session, at, case_size=6, whole_cases=True, category="Verdura")
        family = make.household(session, at)
        order_id = make.opened(session, at)
        call = calls.call(session)
        member = make.member(session, family)
        office = people.actor(session, None, ("office", "calls", 0))
        ids = {
            "order": order_id,
            "centre": at.centre.id,
            "household": family.id,
            "person": member.person_id,
            "call": call.call_id,
        }
        tokens = {
            who: sign_ins.open_session(
                session, one.person_id, "test", now, proofs.BY_PASSWORD_AND_CODE
            )
            for who, one in (
                ("member", member),
                ("coordinator", at.coordinator),
                ("office", office),
            )
        }

    def open_(who: str, path: str):
        tab = browse(width=360)
        if who in tokens:
            cookie = {"name": "session", "value": tokens[who], "url": site.url}
            tab.page.context.add_cookies([cookie])
        tab.goto(path.format(**ids))
        tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
        return tab

    return open_


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("visitor", "/"),
        ("visitor", "/sign-in"),
        ("visitor", "/help"),
        ("visitor", "/calls"),
        ("visitor", "/calls/{call}"),
        ("member", "/"),
        ("member", "/account"),
        ("member", "/group-orders/{order}/booking"),
        ("coordinator", "/coordination"),
        ("coordinator", "/group-orders/{order}"),
        ("coordinator", "/households/{household}"),
        ("coordinator", "/households/{household}/members/{person}/removal"),
        ("office", "/office/calls"),
    ],
)
def test_nothing_leaves_a_phone_sideways(opened, who, path):
    tab = opened(who, path)
    assert tab.page.locator("main h1").count() == 1, tab.page.url
    assert tab.page.evaluate(OFF) == []
    assert tab.page.evaluate(WIDE) <= 0


@pytest.mark.parametrize("path", ["/", "/calls", "/centres"])
def test_with_plain_letters_the_menu_stands_beside_the_name(site, browse, path):
    """Whatever a house is called: it goes on a second line and pushes nothing down."""
    tab = browse(width=360)
    tab.goto(path)
    name = tab.page.locator(".fl-brand").bounding_box()
    menu = tab.page.locator(".fl-menu > summary").bounding_box()
    head = tab.page.locator(".fl-head").bounding_box()
    assert name is not None and menu is not None and head is not None
    assert name["x"] + name["width"] <= menu["x"]
    assert head["y"] <= name["y"] < menu["y"] + menu["height"]
    assert name["y"] + name["height"] <= head["y"] + head["height"]

"""What every page and every letter says of an order, in each stage, to each reader.

One order in each stage, on both sides of the instants that part them, is looked at by everybody
on every page that may name it (`standing_table.PLACES`), and its letters are read: the label and
the sentence of the rule are there, those of another stage and claims that are not true are not.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kit.clock import to_rome
from kit.mail import Mail
from kit.paper import documents
from kit.words import text
from market import checks, settlements
from market.closings import closings, dry_runs
from market.group_orders import heading, opening
from market.group_orders.opening import Hours
from market.group_orders.rules import standing
from market.group_orders.rules.standing import Reader, Stage
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from people.actors import Actor
from people.tables.persons import Person
from tests import jobs
from tests import make as people_make
from tests.market import make
from tests.market.standing_table import BEGIN, DOCS, END, LETTERS, PLACES, Place, table

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TITLE = "Zucche di prova"


@dataclass
class Scene:
    """An order with four households.

    One booked, one only helps, one booked what nobody else wants and gets nothing, one did not.
    """

    session: Session
    at: make.World
    order_id: int
    households: dict[str, Household]
    people: dict[str, Actor]
    letters: list[Mail] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        """Write instants of the order, as time would have."""
        order = update(GroupOrder).where(GroupOrder.id == self.order_id)
        self.session.execute(order.values(values))
        self.session.expire_all()

    def deliver(self) -> None:
        """Let the letters of the last act be written, and keep them."""
        known = {letter.id for letter in self.session.scalars(select(Mail))}
        jobs.run_all(self.session)
        self.letters = [x for x in self.session.scalars(select(Mail)) if x.id not in known]

    def book(self, most: int = 1) -> None:
        """Five boxes of a case of six, somebody who would take so many more, a lonely crate."""
        for who, wanted in (("booked", (5, 5)), ("helps", (0, most))):
            family, product = self.households[who], self.at.boxes  # type: ignore[attr-defined]
            make.book(self.session, self.at, self.order_id, family, (product.id, *wanted))
        crates = self.at.crates  # type: ignore[attr-defined]
        make.book(self.session, self.at, self.order_id, self.households["cut"], (crates.id, 1))

    def close(self, most: int = 1) -> None:
        self.book(most)
        jobs.run_all(self.session)
        coordinator, now = self.people["coordinator"], self.at.now
        seen = dry_runs.dry_run(self.session, coordinator, self.order_id)
        closings.close(self.session, coordinator, self.order_id, seen.token, now)
        self.deliver()

    def settle(self) -> None:
        settlements.settle(self.session, self.people["coordinator"], self.order_id, self.at.now)
        self.deliver()

    def cancel(self) -> None:
        opening.cancel(
            self.session, self.people["coordinator"], self.order_id, "gelata\nforte", self.at.now
        )
        self.deliver()

    def today(self, days: int = 0) -> date:
        return to_rome(self.at.now + days * DAY).date()


def coming(scene: Scene) -> None:
    scene.set(opens_at=scene.at.now + 60 * SECOND)


def just_opened(scene: Scene) -> None:
    scene.book()
    scene.set(opens_at=scene.at.now - SECOND)


def almost_over(scene: Scene) -> None:
    scene.book()
    scene.set(closes_at=scene.at.now + 120 * SECOND)


def moved(scene: Scene) -> None:
    scene.book()
    hours = Hours(scene.at.now + 5 * DAY, scene.today(9))
    opening.prolong(scene.session, scene.people["coordinator"], scene.order_id, hours, scene.at.now)
    scene.deliver()
    scene.session.expire_all()


def just_over(scene: Scene) -> None:
    scene.book()
    scene.set(closes_at=scene.at.now - SECOND)


def over_and_its_day_past(scene: Scene) -> None:
    scene.book()
    scene.set(closes_at=scene.at.now - 5 * DAY, opens_at=scene.at.now - 9 * DAY)
    scene.set(delivery_day=scene.today(-3))


def closed_early(scene: Scene) -> None:
    scene.close()  # three days before its hour


def comes_tomorrow(scene: Scene) -> None:
    scene.close()
    scene.set(delivery_day=scene.today(1))


def comes_today(scene: Scene) -> None:
    scene.close()
    scene.set(delivery_day=scene.today())


def was_to_come_yesterday(scene: Scene) -> None:
    scene.close()
    scene.set(delivery_day=scene.today(-1))


def was_to_come_weeks_ago(scene: Scene) -> None:
    scene.close()
    scene.set(delivery_day=scene.today(-20))


def cut_to_nothing(scene: Scene) -> None:
    scene.book()
    scene.close(most=0)


def cut_to_nothing_and_its_day_past(scene: Scene) -> None:
    cut_to_nothing(scene)
    scene.set(delivery_day=scene.today(-1))


def arrived(scene: Scene) -> None:
    scene.close()
    scene.set(delivery_day=scene.today())
    scene.settle()


def arrived_and_almost_fetched(scene: Scene) -> None:
    arrived(scene)
    scene.set(delivery_day=scene.today(-9), settled_at=scene.at.now - 3 * DAY)


def arrived_and_fetched(scene: Scene) -> None:
    arrived(scene)
    scene.set(delivery_day=scene.today(-9), settled_at=scene.at.now - 4 * DAY)


def cancelled_before_it_opened(scene: Scene) -> None:
    scene.set(opens_at=scene.at.now + DAY)
    scene.cancel()


def cancelled_while_open(scene: Scene) -> None:
    scene.book()
    jobs.run_all(scene.session)
    scene.cancel()


def cancelled_once_closed(scene: Scene) -> None:
    scene.close()
    scene.cancel()


CASES: dict[Callable[[Scene], None], Stage] = {
    coming: Stage.COMING,
    just_opened: Stage.OPEN,
    almost_over: Stage.OPEN,
    moved: Stage.OPEN,
    just_over: Stage.OVER,
    over_and_its_day_past: Stage.OVER,
    closed_early: Stage.ORDERED,
    comes_tomorrow: Stage.ORDERED,
    comes_today: Stage.DUE,
    was_to_come_yesterday: Stage.LATE,
    was_to_come_weeks_ago: Stage.LATE,
    cut_to_nothing: Stage.NOTHING,
    cut_to_nothing_and_its_day_past: Stage.NOTHING,
    arrived: Stage.ARRIVED,
    arrived_and_almost_fetched: Stage.ARRIVED,
    arrived_and_fetched: Stage.ARRIVED,
    cancelled_before_it_opened: Stage.CANCELLED,
    cancelled_while_open: Stage.CANCELLED,
    cancelled_once_closed: Stage.CANCELLED,
}
NAMES = {case.__name__.replace("_", " "): case for case in CASES}
BOOKED_FROM = set(Stage) - {Stage.COMING}

ASSIGNED = {Stage.ORDERED, Stage.DUE, Stage.LATE, Stage.ARRIVED, Stage.NOTHING}
ON_ITS_WAY = {Stage.ORDERED, Stage.DUE, Stage.LATE}
NEVER: set[Stage] = set()
CLAIMS = {
    "Si ritira": set(Stage) - {Stage.NOTHING, Stage.CANCELLED},
    "Arriva": set(Stage) - {Stage.NOTHING, Stage.CANCELLED, Stage.ARRIVED},
    "Consegna confermata": {Stage.ARRIVED},
    r"\bRicev[ie]\b(?! la tessera)": ASSIGNED,
    "Si prenota": {Stage.COMING, Stage.OPEN},
    "Da addebitare": ON_ITS_WAY,
    "È arrivata la merce": ON_ITS_WAY,
    "Prova la chiusura": {Stage.COMING, Stage.OPEN, Stage.OVER},
    "Ordinato al produttore": NEVER,
    r"per -\d": NEVER,
    r"\b1 (?:pezzi|famiglie|ordini|prodotti|pacchi|lettere|righe|colli|addebiti)\b": NEVER,
    r"\b0 (?:famigli[ae]|pacchi|lettere|colli|ordini|righe|prodotti|addebiti)\b": NEVER,
    r"[Mm]ancano 1 ": NEVER,
    r"\b(?:il|del|al|dal|nel) domenica\b": NEVER,
}
"""What a page or a letter may only say in these stages."""
OF_GOODS = ("Si ritira", "Arriva", "Consegna confermata")
"""And of those what nobody reads who gets nothing."""


@pytest.fixture
def scene(session, at):
    boxes = make.pieces(session, at, case_size=6, whole_cases=True, unit_weight_g=500)
    at.boxes, at.crates = boxes, make.pieces(session, at, case_size=4, whole_cases=True)
    order_id = make.opened(session, at, title=TITLE, transport_cents=600, minimum_cents=1100)
    households = {who: make.household(session, at) for who in ("booked", "helps", "cut", "idle")}
    people = {who: make.member(session, family) for who, family in households.items()}
    people["coordinator"] = at.coordinator
    for who in ("treasurer", "driver"):
        people[who] = people_make.actor(session, None, (who, "centre", at.centre.id))
    return Scene(session, at, order_id, households, people)


@dataclass
class Look:
    """What somebody sees of a page: the words of its main part, and the labels among them."""

    status: int
    words: str
    labels: set[str]
    where: str


def look(page: str, status: int = 200, where: str = "") -> Look:
    main = page.partition("<main")[2].partition("</main>")[0] or page
    labels = set(map(_plain, re.findall(r'<span class="fl-state [^"]*">(.*?)</span>', main)))
    return Look(status, _plain(re.sub(r"<[^>]+>", " ", main)), labels, where)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(markup).split())


@pytest.fixture
def visit(scene, client, sign_in):
    """Look at a place as the person it is for."""

    def _visit(place: Place) -> Look:
        client.cookies.clear()
        if place.who != "visitor":
            person = scene.session.get(Person, scene.people[place.who].person_id)
            sign_in(client, person)
        order = heading.of(scene.session, scene.order_id)
        path = place.path.format(
            order=scene.order_id,
            centre=scene.at.centre.id,
            day=standing.fetched_on(order).isoformat(),
            household=scene.households["booked"].id,
        )
        answer = client.get(path)
        return look(answer.text, answer.status_code, f"{place.who} at {path}")

    return _visit


def all_labels() -> set[str]:
    return {str(label) for said in standing.WORDS.values() for label, _, _ in said.values()}


def pattern(sentence: str) -> str:
    return re.sub(r"\\\{\w+\\\}", ".+?", re.escape(sentence))


def check_says_nothing_else(
    seen: Look, stage: Stage, order: heading.Heading, reader: Reader = "household"
) -> None:
    """No sentence or claim of another stage or of another reader is there."""
    told = standing.words(reader, stage)[2].text
    for said in standing.WORDS.values():
        for other, (_, _, sentence) in said.items():
            if sentence.text != told:
                found = re.search(pattern(sentence.text), seen.words)
                assert not found, (seen.where, other, found and found[0])
    empty_handed = reader in ("cut", "idle") and stage in standing.WORDS[reader]
    for claim, stages in CLAIMS.items():
        if stage not in stages or (empty_handed and claim in OF_GOODS):
            found = re.search(claim, seen.words)
            around = seen.words[max(0, found.start() - 60) :][:140] if found else ""
            assert not found, (seen.where, claim, around)
    if order.closed_at is not None:
        assert text.when(order.closes_at) not in seen.words, seen.where
    if TITLE in seen.words and (empty_handed or stage in (Stage.NOTHING, Stage.CANCELLED)):
        closed = text.when(order.closed_at) if order.closed_at else ""
        others = seen.words.replace(closed, "") if closed else seen.words
        assert text.day(order.delivery_day) not in others, seen.where


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_how_the_order_stands_and_nothing_else(session, scene, visit, name):
    case = NAMES[name]
    stage = CASES[case]
    case(scene)
    session.commit()
    order = heading.of(session, scene.order_id)
    for place in PLACES:
        seen = visit(place)
        said = standing.of(order, scene.at.now, place.reader)
        assert said.stage is stage, name
        fetched = stage is Stage.ARRIVED and not standing.to_fetch(order, scene.at.now)
        shown = stage in place.label and not (fetched and place.name in ("home", "pick-ups"))
        if place.otherwise == "elsewhere" and stage not in place.label:
            assert seen.labels & all_labels() == {str(said.label)}, seen.where
            assert _plain(text.render(said.sentence)) in seen.words, seen.where
        elif shown:
            assert seen.status == 200, seen.where
            assert seen.labels & all_labels() == {str(said.label)}, seen.where
            if stage in place.sentence:
                assert _plain(text.render(said.sentence)) in seen.words, seen.where
        elif place.otherwise == "gone":
            assert seen.status == 404, seen.where
        else:
            assert seen.status == 200, seen.where
            assert not seen.labels & all_labels(), seen.where
            assert place.otherwise != "absent" or TITLE not in seen.words, seen.where
        check_says_nothing_else(seen, stage, order, place.reader)
    assert checks.violations(session) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_says_how_the_order_stands_when_it_is_written(session, scene, name):
    case = NAMES[name]
    case(scene)
    others = ("market.order_sheet", "market.carrying_notice")  # say what is asked, or carried
    written = [letter for letter in scene.letters if letter.kind not in others]
    for letter in written:
        (stage,) = {
            kind: at
            for kind, at in {
                "market.moving_notice": Stage.OPEN,
                "market.closing_notice": (
                    Stage.NOTHING if CASES[case] is Stage.NOTHING else Stage.ORDERED
                ),
                "market.settlement_notice": Stage.ARRIVED,
                "market.cancelling_notice": Stage.CANCELLED,
            }.items()
            if kind == letter.kind
        }.values()
        assert stage in LETTERS
        order = heading.of(session, scene.order_id)
        nothing = int(letter.key.split(":")[3]) == scene.households["cut"].id
        reader: Reader = (
            "cut" if nothing and letter.kind == "market.closing_notice" else "household"
        )
        words = standing.words(reader, stage)[2].text
        seen = look(letter.text, where=letter.subject)
        assert re.search(pattern(words), seen.words), (letter.subject, letter.text)
        check_says_nothing_else(seen, stage, order, reader)
    told = {scene.households[who].id for who in ("booked", "helps", "cut")}
    kinds = {letter.kind for letter in written}
    if CASES[case] in LETTERS and kinds & {"market.moving_notice", "market.cancelling_notice"}:
        assert {int(letter.key.split(":")[3]) for letter in written} == told


@pytest.mark.parametrize("name", NAMES)
def test_papers_are_asked_for_only_where_something_is_ordered(session, scene, name):
    case = NAMES[name]
    case(scene)
    papers = documents.of(session, "group_order", scene.order_id)
    order = heading.of(session, scene.order_id)
    assert len(papers) == (4 if order.ordered else 0)
    sheets = [letter for letter in session.scalars(select(Mail)) if letter.attachments]
    assert len(sheets) == (1 if order.ordered else 0)


def test_the_cases_reach_every_stage_and_the_table_every_place():
    assert set(CASES.values()) == set(Stage)
    for reader, said in standing.WORDS.items():
        for stage in said:
            assert any(p.reader == reader and stage in p.sentence for p in PLACES), (stage, reader)


def test_the_table_of_the_paper_is_made_from_the_rule_and_the_places():
    """`python -m tests.market.standing_table` writes it."""
    told = DOCS.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told == table()


def test_the_day_and_hour_of_a_receipt_are_not_taken_for_a_claim():
    """The control: what the walk looks for is found where it is."""
    order = heading.Heading.__new__(heading.Heading)
    object.__setattr__(order, "closed_at", None)
    object.__setattr__(order, "delivery_day", date(2026, 12, 3))
    object.__setattr__(order, "closes_at", datetime(2026, 12, 3))  # noqa: DTZ001
    false = look('<main>Si ritira <span class="fl-state fl-state-good">aperto</span></main>')
    assert false.labels == {"aperto"}
    with pytest.raises(AssertionError, match="Si ritira"):
        check_says_nothing_else(false, Stage.CANCELLED, order)
    with pytest.raises(AssertionError, match="ancano 1"):
        check_says_nothing_else(look("Mancano 1 pezzo"), Stage.OPEN, order)
    with pytest.raises(AssertionError, match="arrivato ed"):
        check_says_nothing_else(look("È arrivato ed è addebitato."), Stage.DUE, order)

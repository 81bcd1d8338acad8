"""What every page says of a call and of one's own application, in each stage, to each reader.

One call in each stage, on both sides of the instants that part them, is looked at by everybody on
every page that may name it (`standing_table.PLACES`), and so is the application of everybody who
wrote one: the label and the sentence of the rules are there, those of another stage and claims
that are not true are not. The receipt's letter and paper are read too.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls import checks, papers
from calls.applications import submissions
from calls.applications.rules import standing as of_applications
from calls.applications.rules.standing import ApplicationStage as Own
from calls.commission import declarations, evaluators
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.envelopes import doubles, openings
from calls.envelopes.rules.doubles import Decision
from calls.rankings import outcomes, rankings
from calls.tables.applications import Submission
from calls.texts import drafts as texts
from calls.texts import published
from calls.texts.rules import standing as of_calls
from calls.texts.rules.standing import CallStage
from kit.clock import to_rome
from kit.mail import Mail
from kit.words import text
from people import roles
from people.actors import Actor
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from tests import jobs
from tests import make as people_make
from tests.calls import commissions, make
from tests.calls.examples import call_values, local
from tests.calls.standing_table import BEGIN, DOCS, END, PLACES, Place, table

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TITLE = "Bando di prova"
# Each asks for 6.000 €: one is funded, one in part, one not at all.
MARKS = {"sent": "10 8 8", "partly": "8 8 8", "unfunded": "8 6 6", "below": "4 2 2"}


@dataclass
class Scene:
    """A call, who is in its office and on its commission, and who writes or sends to it."""

    session: Session
    now: datetime
    office: Actor
    judges: list[Actor]
    call_id: int = 0
    applications: dict[str, int] = field(default_factory=dict)
    authors: dict[str, Actor] = field(default_factory=dict)

    def publish(self, opens_at: datetime, deadline_at: datetime) -> None:
        """Have it published a day before it opens, with money for one application and a half."""
        then = opens_at - DAY
        values = {"title": TITLE, "opens_at": local(opens_at), "deadline_at": local(deadline_at)}
        values |= {
            "budget": "9.000,00",
            "cap": "9.000,00",
            "age_on": f"{to_rome(deadline_at + DAY).date()}",
        }
        drafted = texts.start(self.session, self.office, call_values(then, **values), then)
        texts.publish(self.session, self.office, drafted.id, then)
        self.call_id = drafted.id
        self.judges = [self.appoint(judge) for judge in self.judges]

    def work_in_office(self, who: str) -> None:
        """As was possible before applying and working in the office excluded each other."""
        role = {"role": roles.OFFICE, "scope_kind": "call", "scope_id": self.call_id}
        person_id = self.authors[who].person_id
        self.session.add(RoleGrant(person_id=person_id, granted_at=self.now, **role))
        self.session.flush()

    def appoint(self, judge: Actor) -> Actor:
        evaluators.appoint(self.session, self.office, self.call_id, judge.email, self.now)
        person = self.session.get_one(Person, judge.person_id)
        return people_make.actor(self.session, person)

    def write(self, who: str, at: datetime, number: int = 0) -> None:
        """Have somebody write a whole application; those of one number have one tax code."""
        call = published.of_call(self.session, self.call_id)
        self.authors[who] = people_make.actor(self.session, people_make.person(self.session, who))
        code = commissions.code_of(number)
        self.applications[who] = make.draft(
            self.session, call, self.authors[who], at, tax_code=code
        )

    def send(self, who: str, at: datetime, number: int = 0) -> None:
        self.write(who, at, number)
        submissions.submit(self.session, self.authors[who], self.applications[who], at)

    def open(self) -> None:
        openings.open_envelopes(self.session, self.office, self.call_id, self.now)

    def mark(self, marks: dict[str, str]) -> None:
        """Have both judges declare, mark and send; who is not named gets the lowest marks."""
        for who, id_ in self.applications.items():
            key = ApplicationKey(self.call_id, id_)
            if who == "draft":
                continue
            for judge in self.judges:
                declarations.declare(self.session, judge, key, Declared("none"), self.now)
                commissions.send(self.session, judge, key, marks.get(who, "0 0 0"))

    def rank(self) -> None:
        # Of two accounts with one tax code none counts before the office says which.
        for double in doubles.of_call(self.session, self.call_id):
            last = Decision(double.kept.application_id, "È passata allo sportello.")
            doubles.decide(self.session, self.office, self.call_id, last, self.now)
        rankings.publish(self.session, self.office, self.call_id, self.now)


def begun(scene: Scene, deadline_at: datetime, *, sent: bool = True) -> None:
    """A call of last month with one draft and, mostly, one sent application."""
    scene.publish(deadline_at - 30 * DAY, deadline_at)
    at = min(scene.now, deadline_at) - DAY
    scene.write("draft", at, number=90)
    if sent:
        scene.send("sent", at)


def not_published(scene: Scene, before: timedelta = 0 * DAY) -> None:
    values = call_values(scene.now - before, title=TITLE)
    scene.call_id = texts.start(scene.session, scene.office, values, scene.now).id
    judge, evaluator = scene.judges[0].person_id, roles.EVALUATOR
    roles.grant(scene.session, None, judge, evaluator, "call", scene.call_id, scene.now)


def not_published_and_its_deadline_past(scene: Scene) -> None:
    not_published(scene, 60 * DAY)


def almost_open(scene: Scene) -> None:
    scene.publish(scene.now + 120 * SECOND, scene.now + 20 * DAY)


def just_open(scene: Scene) -> None:
    scene.publish(scene.now - SECOND, scene.now + 20 * DAY)
    scene.write("draft", scene.now, number=90)


def almost_over(scene: Scene) -> None:
    begun(scene, scene.now + 120 * SECOND)
    scene.write("barred", scene.now - DAY, number=91)
    scene.work_in_office("barred")


def just_over(scene: Scene) -> None:
    begun(scene, scene.now - 2 * SECOND)
    scene.write("barred", scene.now - DAY, number=91)
    scene.work_in_office("barred")


def over_and_may_be_opened(scene: Scene) -> None:
    begun(scene, scene.now - 61 * SECOND)


def over_and_nobody_sent(scene: Scene) -> None:
    begun(scene, scene.now - DAY, sent=False)


def opened(scene: Scene) -> None:
    begun(scene, scene.now - DAY)
    scene.open()


def opened_and_all_marked(scene: Scene) -> None:
    opened(scene)
    scene.mark(MARKS)


def opened_and_nobody_sent(scene: Scene) -> None:
    begun(scene, scene.now - DAY, sent=False)
    scene.open()


def ranked(scene: Scene) -> None:
    begun(scene, scene.now - DAY)
    for number, who in enumerate(("partly", "unfunded", "below"), 1):
        scene.send(who, scene.now - 2 * DAY, number)
    scene.send("doubled", scene.now - 5 * DAY)  # of the tax code of who sent later
    scene.open()
    scene.mark(MARKS)
    scene.rank()


def ranked_with_one(scene: Scene) -> None:
    opened_and_all_marked(scene)
    scene.rank()


def deserted(scene: Scene) -> None:
    opened_and_nobody_sent(scene)
    scene.rank()


CASES: dict[Callable[[Scene], None], tuple[CallStage, dict[str, Own]]] = {
    not_published: (CallStage.DRAFT, {}),
    not_published_and_its_deadline_past: (CallStage.DRAFT, {}),
    almost_open: (CallStage.AWAITED, {}),
    just_open: (CallStage.OPEN, {"draft": Own.DRAFT}),
    almost_over: (CallStage.OPEN, {"draft": Own.DRAFT, "sent": Own.SENT, "barred": Own.BARRED}),
    just_over: (CallStage.OVER, {"draft": Own.LATE, "sent": Own.WAITING, "barred": Own.LATE}),
    over_and_may_be_opened: (CallStage.OVER, {"draft": Own.LATE, "sent": Own.WAITING}),
    over_and_nobody_sent: (CallStage.OVER, {"draft": Own.LATE}),
    opened: (CallStage.EVALUATED, {"draft": Own.LATE, "sent": Own.EVALUATED}),
    opened_and_all_marked: (CallStage.EVALUATED, {"draft": Own.LATE, "sent": Own.EVALUATED}),
    opened_and_nobody_sent: (CallStage.EMPTY, {"draft": Own.LATE}),
    ranked: (
        CallStage.RANKED,
        {
            "draft": Own.LATE,
            "sent": Own.FUNDED,
            "partly": Own.PARTLY_FUNDED,
            "unfunded": Own.NOT_FUNDED,
            "below": Own.BELOW,
            "doubled": Own.EXCLUDED,
        },
    ),
    ranked_with_one: (CallStage.RANKED, {"draft": Own.LATE, "sent": Own.FUNDED}),
    deserted: (CallStage.DESERTED, {"draft": Own.LATE}),
}
NAMES = {case.__name__.replace("_", " "): case for case in CASES}

BEFORE = {CallStage.DRAFT, CallStage.AWAITED, CallStage.OPEN}
TOLD = {CallStage.RANKED, CallStage.DESERTED}
NEVER: set[CallStage] = set()
CLAIMS = {
    r"\bScade\b": BEFORE,
    r"\(scaduto\)": NEVER,
    "Il bando è completo": {CallStage.DRAFT},
    "Prepara la domanda|Entra per fare domanda": {CallStage.OPEN},
    "Continua la tua domanda|Controlla e invia|riprendere|Invia la domanda": {CallStage.OPEN},
    "Domande in preparazione": {CallStage.AWAITED, CallStage.OPEN},
    "Nessuna pagina (?:le )?mostra": {CallStage.AWAITED, CallStage.OPEN, CallStage.OVER},
    "Apri le domande": {CallStage.OVER},
    "Guarda la graduatoria": {CallStage.RANKED},
    "[Gg]raduatoria non si può ancora provare": {CallStage.EVALUATED},
    "[Ss]igillat": NEVER,
    "(?i)ufficio e la commissione non possono leggere": NEVER,
    r"\b1 (?:domande|schede|persone|cose|conflitti|parti)\b": NEVER,
    r"\b0 (?:domand|sched|person|cos)[aei]\b": NEVER,
    r"\b(?:il|del|al|dal|nel) domenica\b": NEVER,
}
"""What a page may only say in these stages of the call."""
OWN_CLAIMS = {
    "Continua la tua domanda|Controlla e invia|Invia la domanda": {Own.DRAFT},
    "riprendere": {Own.DRAFT},
    "Rileggi (?:la tua|tutta la) bozza": {Own.LATE, Own.BARRED},
    r"\bCambia\b|Aggiungi un file|Carica il file": {Own.DRAFT, Own.BARRED},
    "Che cosa succede ora": {Own.SENT, Own.WAITING, Own.EVALUATED},
}
"""What the pages of who wrote an application may only say in these stages of it."""

# Labels of score sheets, of rows of a ranking and of doubles: not of the call, nor of one's own.
ROWS = {str(label) for label in (of_applications.WORDS[own][0] for own in of_applications.RANKED)}
BESIDE = {
    "queue": {"inviata"},
    "desk": {"esclusa"},
    "ranking": ROWS,
    "preview": ROWS,
    "sheet": {"inviata"},
}


@pytest.fixture
def scene(session, now):
    judges = [
        people_make.actor(session, people_make.person(session, f"Commissaria {n}")) for n in (1, 2)
    ]
    return Scene(session, now, make.office(session), judges)


@dataclass
class Look:
    """What somebody sees of a page: the words of its main part, and the labels among them."""

    status: int
    words: str
    labels: set[str]
    where: str


def look(page: str, status: int = 200, where: str = "") -> Look:
    main = page.partition("<main")[2].partition("</main>")[0] or page
    # What comes at an hour is on the page before it, and nobody sees it yet.
    main = re.sub(r"<(\w+)[^>]* data-from=[^>]* hidden>.*?</\1>", " ", main, flags=re.S)
    labels = set(map(_plain, re.findall(r'<span class="fl-state [^"]*">(.*?)</span>', main)))
    return Look(status, _plain(re.sub(r"<[^>]+>", " ", main)), labels, where)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(markup).split())


@pytest.fixture
def visit(scene, client, sign_in):
    """Look at a place as the person it is for; an applicant is one of those who wrote."""

    def _visit(place: Place, who: str = "") -> Look:
        people = {"office": scene.office, "evaluator": scene.judges[0], **scene.authors}
        client.cookies.clear()
        actor = people.get(who or place.who)
        if actor is not None:
            sign_in(client, scene.session.get(Person, actor.person_id))
        path = place.path.format(
            call=scene.call_id,
            own=scene.applications.get(who, 0),
            sent=scene.applications.get("sent", 0),
        )
        answer = client.get(path)
        return look(answer.text, answer.status_code, f"{who or place.who} at {path}")

    return _visit


LABELS = {str(words[0]) for stages in of_calls.WORDS.values() for words in stages.values()} | {
    str(words[0]) for words in of_applications.WORDS.values()
}


def sentences(call: published.Published | None, scene: Scene) -> set[str]:
    """Every sentence the rules have of this call and of applications to it, as a page shows it."""
    found = set()
    for stages in of_calls.WORDS.values():
        for stage, words in stages.items():
            if call is not None or "{" not in words[2].text:
                told = of_calls.told(stage, words, of_calls.instants(call))
                found.add(_plain(text.render(told.sentence)))
    for author in scene.authors.values():
        for one in outcomes.mine(scene.session, author):
            values = {**of_calls.instants(call), "sent": one.application.submitted_at}
            values |= {"position": 1, "granted": "6.000,00\u00a0€"}
            for own, words in of_applications.WORDS.items():
                if "{sent}" in words[2].text and not one.sent:
                    continue
                told = of_calls.told(own, words, values)
                found.add(_plain(text.render(told.sentence)))
    return found


def check_claims(seen: Look, stage: CallStage, own: Own | None) -> None:
    """Nothing is claimed that is only true in another stage."""
    false = [claim for claim, stages in CLAIMS.items() if stage not in stages]
    if own is not None:
        false += [claim for claim, stages in OWN_CLAIMS.items() if own not in stages]
    for claim in false:
        found = re.search(claim, seen.words)
        around = seen.words[max(0, found.start() - 60) :][:140] if found else ""
        assert not found, (seen.where, claim, around)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_how_the_call_and_the_application_stand(session, scene, visit, name):
    case = NAMES[name]
    case(scene)
    session.commit()
    stage, authors = CASES[case]
    call = None if stage is CallStage.DRAFT else published.of_call(session, scene.call_id)
    every = sentences(call, scene)
    for place in PLACES:
        for who in authors if place.who == "applicant" else [""]:
            said = []
            own = authors.get(who)
            if stage in place.call:
                said.append(of_calls.of(call, scene.now, place.reader))
                assert said[0].stage is stage, name
            if own is not None and own in place.own:
                (mine,) = outcomes.mine(session, replace(scene.authors[who], now=scene.now))
                assert mine.said.stage is own, (who, mine.said.stage)
                said.append(mine.said)
            seen = visit(place, who)
            if stage in place.gone or (place.name == "receipt" and own not in place.own):
                assert seen.status == 404, seen.where
                continue
            assert seen.status == 200, seen.where
            labels = {str(one.label) for one in said}
            assert seen.labels & LABELS - BESIDE.get(place.name, set()) == labels, seen.where
            shown = {_plain(text.render(one.sentence)) for one in said}
            missing = [sentence for sentence in shown if sentence not in seen.words]
            assert not missing, (seen.where, missing)
            # A shorter sentence may be the beginning of one that is rightly there.
            rest = seen.words
            for sentence in sorted(shown, key=len, reverse=True):
                rest = rest.replace(sentence, "…")
            if place.name != "sheet":
                wrong = [sentence for sentence in every if sentence in rest]
                assert not wrong, (seen.where, wrong)
            check_claims(seen, stage, own)
    both = "C23" if "barred" in scene.authors else "none"
    assert [line for line in checks.violations(session) if not line.startswith(both)] == []


@pytest.mark.parametrize("over", [False, True], ids=["before", "after"])
def test_no_page_tells_a_deadline_without_its_seconds(session, scene, visit, over):
    """What is read is what is applied: a call of before may end within a minute."""
    near = scene.now + (-120 if over else 120) * SECOND
    deadline_at = near.replace(second=7, microsecond=0)
    begun(scene, deadline_at)
    session.commit()
    minute, told = f"{to_rome(deadline_at):%H:%M}", set()
    for place in PLACES:
        for who in scene.authors if place.who == "applicant" else [""]:
            seen = visit(place, who)
            short = re.search(rf"{minute}(?!:07)", seen.words)
            assert not short, (seen.where, seen.words[max(0, short.start() - 60) :][:120])
            told |= {place.name} if f"{minute}:07" in seen.words else set()
    assert len(told) > 4, told


def test_the_receipt_says_how_the_application_stood_when_it_was_sent(session, scene):
    """Drawn late, after the opening: its letter and its paper say nothing that passes."""
    opened(scene)
    jobs.run_all(session)
    submission = session.scalars(select(Submission)).one()
    (mine,) = outcomes.mine(session, scene.authors["sent"])
    printed = papers.receipt(session, submission.id).context["said"]
    letter = session.scalars(select(Mail).where(Mail.kind == papers.RECEIPT)).one()
    assert printed.stage is Own.SENT and mine.said.stage is Own.EVALUATED
    seen = look(letter.text, where=letter.subject)
    rest = seen.words.replace(_plain(text.render(printed.sentence)), "…")
    assert rest != seen.words
    call = published.of_call(session, scene.call_id)
    assert not [sentence for sentence in sentences(call, scene) if sentence in rest]


def test_the_cases_reach_every_stage_and_every_stage_a_place():
    assert {stage for stage, _ in CASES.values()} == set(CallStage)
    assert {own for _, owns in CASES.values() for own in owns.values()} == set(Own)
    for reader, stages in of_calls.WORDS.items():
        for stage in stages:
            assert any(p.reader == reader and stage in p.call for p in PLACES), (stage, reader)
    for own in Own:
        assert any(own in p.own for p in PLACES), own


def test_the_tables_of_the_paper_are_made_from_the_rules_and_the_places():
    """`python -m tests.calls.standing_table` writes them."""
    told = DOCS.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told == table()


def test_what_the_walk_looks_for_is_found_where_it_is():
    """The control."""
    false = look('<main>Scade <span class="fl-state fl-state-good">aperto</span></main>')
    assert false.labels == {"aperto"}
    with pytest.raises(AssertionError, match="Scade"):
        check_claims(false, CallStage.OVER, None)
    with pytest.raises(AssertionError, match="Continua"):
        check_claims(look("Continua la tua domanda"), CallStage.OPEN, Own.SENT)
    with pytest.raises(AssertionError, match="domande"):
        check_claims(look("1 domande aperte"), CallStage.EVALUATED, None)

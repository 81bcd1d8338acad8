"""Acts that cannot be undone: done only if all that their page had shown still holds."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from calls.applications import attachments
from calls.applications import drafts as applications
from calls.commission import declarations, evaluators
from calls.commission.declarations import Declared
from calls.score_sheets import score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.applications import Application, Submission
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import Opening
from calls.tables.rankings import Ranking
from calls.tables.texts import Call, CallVersion
from calls.texts import drafts
from kit.http.forms import Upload
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.calls.browsing import press, untouched
from tests.calls.examples import RUBRIC, call_values, local

AGAIN = "Da quando hai aperto la pagina è cambiato qualcosa: {}. Guarda"


@dataclass
class Act:
    """A page and the form on it that does something for good."""

    page: str
    action: str

    def look(self, client):
        return untouched(client.get(self.page).text, self.action)

    def do(self, client, data, **more):
        return client.post(self.action, data={**data, **more}, follow_redirects=False)


def said(answer):
    return html.unescape(answer.text)


def asked(answer, *what):
    words = what[0] if len(what) == 1 else ", ".join(what[:-1]) + " e " + what[-1]
    return answer.status_code == 409 and AGAIN.format(words) in said(answer)


def sign(session, client, sign_in, actor):
    sign_in(client, session.get(Person, actor.person_id))


def number(session, table):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table))


class TestPublishingACall:
    @pytest.fixture
    def office(self, session, client, sign_in):
        actor = world.office(session)
        sign(session, client, sign_in, actor)
        return actor

    @pytest.fixture
    def act(self, session, office, now):
        call = drafts.start(session, office, call_values(now), now)
        session.commit()
        return Act(f"/office/calls/{call.id}/publish", f"/office/calls/{call.id}/publish")

    def edit(self, session, office, act, now, **changes):
        drafts.edit(session, office, int(act.page.split("/")[3]), changes, now)
        session.commit()

    CHANGES = (
        ("title", "Altro titolo", "il titolo"),
        ("summary", "Altro riassunto", "il riassunto"),
        ("responsible", "Carlo Altri", "il responsabile del procedimento"),
        ("contact", "0372 999999", "i contatti"),
        ("opens_at", "2026-12-01T07:00", "l'apertura"),
        ("deadline_at", "2027-03-01T12:00", "la scadenza"),
        ("budget", "500.000", "le risorse in tutto"),
        ("cap", "20.000", "il contributo massimo"),
        ("intensity_percent", "55", "la quota delle spese ammesse"),
        ("section-aims", "Altre finalità.", "il testo «Finalità e risorse»"),
        ("section-privacy", "Altri dati.", "il testo «Dati personali»"),
        ("age_from", "19", "i requisiti"),
        ("age_below", "40", "i requisiti"),
        ("age_on", "2026-12-31", "i requisiti"),
        ("in_province", "", "i requisiti"),
        ("declaration-2-text", "Altra dichiarazione.", "la dichiarazione 2"),
        ("declaration-1-article", "art. 9", "la dichiarazione 1"),
        ("declaration-3-text", "Una in più.", "la dichiarazione 3"),
        ("criterion-2-name", "Altro nome", "il criterio B"),
        ("criterion-2-weight", "2,25", "il criterio B"),
        ("criterion-1-minimum", "4", "il criterio A"),
        ("criterion-1-operator", ">=", "il criterio A"),
        ("criterion-3-rubric", RUBRIC.replace("Ottimo", "Molto buono"), "il criterio C"),
        ("criterion-3-motivation", "yes", "il criterio C"),
        ("threshold", "40", "la soglia della graduatoria"),
        ("threshold_operator", ">", "la soglia della graduatoria"),
        ("rounding_step", "total", "l'arrotondamento"),
        ("rounding_digits", "3", "l'arrotondamento"),
        ("tie_break-2", "", "le regole di parità"),
        ("budget_rule", "stop", "che cosa succede se i soldi non bastano"),
    )

    @pytest.mark.parametrize(("name", "value", "words"), CHANGES)
    def test_whatever_changed_since_is_named_and_shown_and_nothing_is_published(
        self, session, client, office, act, now, name, value, words
    ):
        old, before = act.look(client), client.get(act.page).text
        self.edit(session, office, act, now, **{name: value})
        answer = act.do(client, old)
        assert asked(answer, words), said(answer)
        assert "Il bando non è pubblicato" in answer.text
        assert number(session, CallVersion) == 0
        main = [text.partition("<main")[2] for text in (before, client.get(act.page).text)]
        shown = [text.partition('name="seen"')[0] for text in main]
        assert shown[0] != shown[1], "the preview shows everything that is confirmed"
        assert act.do(client, untouched(answer.text, act.action)).status_code == 303
        assert number(session, CallVersion) == 1

    def test_without_a_change_it_is_published(self, session, client, office, act):
        assert act.do(client, act.look(client)).status_code == 303
        assert number(session, CallVersion) == 1
        again = act.do(client, {"seen": "x"})
        assert again.status_code == 409 and "già pubblicato" in again.text

    def test_a_form_that_shows_nothing_publishes_nothing(self, session, client, office, act):
        answer = act.do(client, {})
        assert answer.status_code == 409 and "Prima di confermare guarda" in answer.text
        assert number(session, CallVersion) == 0

    def test_what_is_incomplete_by_now_leads_back_to_the_draft(
        self, session, client, office, act, now
    ):
        old = act.look(client)
        self.edit(session, office, act, now, cap="")
        answer = act.do(client, old)
        assert answer.status_code == 422
        assert "adesso il bando non si può pubblicare" in answer.text
        assert "Continua a scrivere" in answer.text
        assert number(session, CallVersion) == 0

    def test_a_deadline_gone_by_has_no_preview_and_the_draft_says_why(
        self, session, client, office, act, now
    ):
        old = act.look(client)
        gone = {"deadline_at": local(now - timedelta(hours=1)), "opens_at": "2026-01-01T08:00"}
        self.edit(session, office, act, now, **gone)
        assert client.get(act.page, follow_redirects=False).status_code == 303
        draft = client.get(act.page.removesuffix("/publish")).text
        assert "La scadenza è già passata." in draft and "Il bando è completo" not in draft
        answer = act.do(client, old)
        assert answer.status_code == 409 and "La scadenza è già passata." in answer.text
        assert number(session, CallVersion) == 0


class TestSendingAnApplication:
    @pytest.fixture
    def mine(self, session, client, sign_in):
        call, actor = world.call(session), make.actor(session)
        application_id = world.draft(session, call, actor)
        sign(session, client, sign_in, actor)
        home = f"/applications/{application_id}"
        return actor, application_id, Act(f"{home}/check", f"{home}/send")

    CHANGES = (
        ("firm_name", "Bottega", "la parte «Chi sei»"),
        ("idea_what", "Un'altra idea.", "la parte «L'idea»"),
        ("investment-1-amount", "9.000,01", "la parte «Gli investimenti»"),
        ("source_own", "7.580,00", "la parte «Fonti e impieghi»"),
        ("y3-taxes", "901", "la parte «Il conto dei primi tre anni»"),
    )

    @pytest.mark.parametrize(("name", "value", "words"), CHANGES)
    def test_what_changed_since_is_named_and_nothing_is_sent(
        self, session, client, mine, now, name, value, words
    ):
        actor, application_id, act = mine
        old = act.look(client)
        applications.set_fields(session, actor, application_id, {name: value}, now)
        session.commit()
        answer = act.do(client, old)
        assert asked(answer, words), said(answer)
        assert value in said(answer)
        assert number(session, Submission) == 0
        if f'action="{act.action}"' in answer.text:  # what changed may stop the sending by itself
            assert act.do(client, untouched(answer.text, act.action)).status_code == 303
            assert number(session, Submission) == 1

    def test_a_file_added_since_is_named(self, session, client, mine, now):
        actor, application_id, act = mine
        old = act.look(client)
        upload = Upload("cv.pdf", "application/pdf", b"%PDF-1")
        attachments.add(session, actor, application_id, upload, now)
        session.commit()
        answer = act.do(client, old)
        assert asked(answer, "gli allegati") and "cv.pdf" in answer.text

    def test_a_page_that_showed_something_else_does_not_say_that_this_was_sent(
        self, session, client, mine, now
    ):
        actor, application_id, act = mine
        old = act.look(client)
        changes = {"idea_what": "Un'altra idea.", "firm_name": "Bottega"}
        applications.set_fields(session, actor, application_id, changes, now)
        session.commit()
        assert act.do(client, act.look(client)).status_code == 303
        answer = act.do(client, old)
        assert answer.status_code == 409
        assert "La domanda era già inviata, e non com'era in questa pagina." in said(answer)
        assert "la parte «Chi sei» e la parte «L'idea»" in said(answer)
        assert number(session, Submission) == 1

    def test_sent_twice_from_one_page_it_is_one_receipt(self, session, client, mine):
        act = mine[2]
        old = act.look(client)
        assert [act.do(client, old).status_code for _ in range(2)] == [303, 303]
        assert number(session, Submission) == 1


class TestTheOfficesActs:
    @pytest.fixture
    def sealed(self, session, client, sign_in):
        found = commissions.world(session, opened=False)
        sign(session, client, sign_in, found.office)
        return found

    def desk(self, found, act):
        page = f"/office/calls/{found.call_id}/evaluation"
        return Act(page, f"{page}/{act}")

    def test_opening_names_a_commission_that_changed(self, session, client, sealed, now):
        act = self.desk(sealed, "opening")
        old = act.look(client)
        gone = sealed.evaluators[0].person_id
        evaluators.dismiss(
            session, sealed.office, sealed.call_id, gone, now, reason=commissions.WHY
        )
        session.commit()
        answer = act.do(client, old)
        assert asked(answer, "Commissaria 1 non è più nella commissione")
        assert number(session, Opening) == 0
        assert act.do(client, untouched(answer.text, act.action)).status_code == 303
        assert number(session, Opening) == 1

    def test_appointing_names_a_commission_that_changed_and_keeps_the_address(
        self, session, client, sealed, now
    ):
        rita = make.person(session, "Rita Nuova", email="rita@esempio.it")
        make.person(session, "Paolo Nuovo", email="paolo@esempio.it")
        session.commit()
        act = self.desk(sealed, "evaluators")
        old = act.look(client)
        evaluators.appoint(session, sealed.office, sealed.call_id, "paolo@esempio.it", now)
        session.commit()
        answer = act.do(client, old, email="rita@esempio.it")
        assert asked(answer, "Paolo Nuovo è nella commissione")
        again = untouched(answer.text, act.action)
        assert again["email"] == "rita@esempio.it"
        assert act.do(client, again).status_code == 303
        assert rita in evaluators.commission(session, sealed.call_id)

    def test_dismissing_names_what_they_have_sent_since(self, session, client, sign_in):
        found = commissions.world(session)
        sign(session, client, sign_in, found.office)
        one = found.evaluators[0]
        act = self.desk(found, f"evaluators/{one.person_id}/dismissal")
        act.page = act.action
        old = act.look(client)
        commissions.send(session, one, found.keys[0], "8 6 6")
        session.commit()
        answer = act.do(client, old | {"reason": commissions.WHY})
        assert asked(answer, "le schede di Commissaria 1")
        assert len(evaluators.commission(session, found.call_id)) == 2
        assert commissions.WHY in answer.text, "what was typed is still there"
        assert act.do(client, untouched(answer.text, act.action)).status_code == 303
        assert len(evaluators.commission(session, found.call_id)) == 1

    @pytest.mark.parametrize("email", ["rita@esempio.it", "nessuna"])
    def test_appointing_after_the_ranking_is_refused_in_words(
        self, session, client, sign_in, email
    ):
        found = commissions.world(session)
        sign(session, client, sign_in, found.office)
        act = self.desk(found, "evaluators")
        old = act.look(client)
        commissions.send_all(session, found)
        commissions.try_ranking(session, found)
        session.commit()
        press(client, f"/office/calls/{found.call_id}/ranking")
        answer = act.do(client, old, email=email)
        assert answer.status_code in (409, 422)
        assert answer.text.count("La graduatoria è pubblicata: la commissione non cambia più.") == 1


class TestPublishingARanking:
    @pytest.fixture
    def act(self, session, client, sign_in):
        """Three applications; of the first, one sheet of three says something else."""
        found = commissions.world(session, applications=3, evaluators=3)
        first = found.keys[0]
        for evaluator in found.evaluators:
            for key in found.keys:
                odd = key == first and evaluator is found.evaluators[0]
                commissions.send(session, evaluator, key, "10 10 10" if odd else "8 6 6")
        commissions.try_ranking(session, found)
        sign(session, client, sign_in, found.office)
        page = f"/office/calls/{found.call_id}/ranking"
        return found, Act(page, page)

    def test_an_application_whose_points_changed_is_named(self, session, client, act):
        found, ranking = act
        old = ranking.look(client)
        # A tie that comes to light takes that sheet out of the mean.
        commissions.conflict(session, found.evaluators[0], found.keys[0])
        session.commit()
        lapsed = ranking.do(client, old)
        assert lapsed.status_code == 409 and "La prova che avevi visto non vale più" in lapsed.text
        commissions.try_ranking(session, found)
        session.commit()
        answer = ranking.do(client, old)
        assert answer.status_code == 409
        # The trial, whose sheets count, which have fewer, and the first rows: the rest is counted.
        assert re.search(r"è cambiato qualcosa: [^.]*\(20\d\d/\d+\)", said(answer))
        assert "Prova della graduatoria" in answer.text and number(session, Ranking) == 0
        assert ranking.do(client, untouched(answer.text, ranking.action)).status_code == 303
        assert number(session, Ranking) == 1

    def test_untouched_it_is_published_once(self, session, client, act):
        ranking = act[1]
        old = ranking.look(client)
        assert ranking.do(client, old).status_code == 303
        again = ranking.do(client, old)
        assert again.status_code == 409 and "già pubblicata" in again.text
        assert number(session, Ranking) == 1


class TestSendingAScoreSheet:
    @pytest.fixture
    def mine(self, session, client, sign_in):
        found = commissions.world(session)
        me, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, me, key, "8 6 6")
        sign(session, client, sign_in, me)
        page = f"/calls/{key.call_id}/evaluations/{key.application_id}/sending"
        return me, key, Act(page, page)

    @pytest.mark.parametrize(
        ("typed", "what"),
        [
            ({"A": ("10", "Perché sì.")}, ("il punteggio di «Idea e novità»", "il totale")),
            ({"B": ("6", "Altro.")}, ("la motivazione di «Competenze»",)),
        ],
    )
    def test_what_changed_since_is_named_and_nothing_is_sent(
        self, session, client, mine, now, typed, what
    ):
        me, key, act = mine
        old = act.look(client)
        given = {code: TypedScore(*said) for code, said in typed.items()}
        score_sheets.save(session, me, key, given, now)
        session.commit()
        answer = act.do(client, old)
        assert asked(answer, *what), said(answer)
        sheet = score_sheets.held(session, me, key).standing.sheet
        assert sheet is not None and sheet.sent is False
        assert act.do(client, untouched(answer.text, act.action)).status_code == 303

    def test_untouched_it_is_sent(self, session, client, mine):
        act = mine[2]
        old = act.look(client)
        assert act.do(client, old).status_code == 303
        again = act.do(client, old)
        assert again.status_code == 409 and "non si può più cambiare" in again.text


class TestDeclaring:
    def act(self, key):
        page = f"/calls/{key.call_id}/evaluations/{key.application_id}"
        return Act(page, f"{page}/declaration")

    @pytest.fixture
    def mine(self, session, client, sign_in):
        found = commissions.world(session, declared=False)
        sign(session, client, sign_in, found.evaluators[0])
        return found.evaluators[0], found.keys[0], self.act(found.keys[0])

    def test_what_another_tab_declared_is_named_before_a_conflict_is(
        self, session, client, mine, now
    ):
        me, key, act = mine
        old = act.look(client)
        declarations.declare(session, me, key, Declared("none", "Nessun legame."), now)
        session.commit()
        answer = act.do(client, old, kind="family", note="Una cugina.")
        assert asked(answer, "la tua dichiarazione"), said(answer)
        assert "Nessun legame." in answer.text
        again = untouched(answer.text, act.action)
        assert (again["kind"], again["note"]) == ("family", "Una cugina.")
        assert number(session, ConflictDeclaration) == 1
        gone = act.do(client, again)
        assert gone.headers["location"] == f"/calls/{key.call_id}/evaluations"
        assert number(session, ConflictDeclaration) == 2

    def test_a_sheet_sent_since_is_named_before_a_conflict_takes_it_away(
        self, session, client, mine, now
    ):
        me, key, act = mine
        declarations.declare(session, me, key, Declared("none"), now)
        session.commit()
        old = act.look(client)
        commissions.send(session, me, key, "8 6 6")
        session.commit()
        answer = act.do(client, old, kind="work")
        assert asked(answer, "la tua scheda")
        assert number(session, ConflictDeclaration) == 1

    def test_marks_saved_on_the_same_page_do_not_stand_in_the_way(self, session, client, mine, now):
        me, key, act = mine
        declarations.declare(session, me, key, Declared("none"), now)
        session.commit()
        old = act.look(client)
        commissions.mark(session, me, key, "8 6 6")
        session.commit()
        assert act.do(client, old, kind="work").status_code == 303
        assert number(session, ConflictDeclaration) == 2

    def test_the_same_said_twice_is_said_once_and_another_note_is_not_dropped(
        self, session, client, mine
    ):
        act = mine[2]
        old = act.look(client)
        for _ in range(2):
            sent = act.do(client, old, kind="none", note="Nessun legame.")
            assert (sent.status_code, sent.headers["location"]) == (303, act.page)
        assert number(session, ConflictDeclaration) == 1
        answer = act.do(client, old, kind="none", note="Ci penso meglio.")
        assert asked(answer, "la tua dichiarazione") and "Ci penso meglio." in answer.text


class TestMaking:
    def test_a_new_draft_sent_twice_is_one_draft(self, session, client, sign_in, now):
        sign(session, client, sign_in, world.office(session))
        page = client.get("/office/calls/new").text
        data = untouched(page, "/office/calls") | {"title": "Bando nuovo"}
        sent = [client.post("/office/calls", data=data, follow_redirects=False) for _ in range(2)]
        assert sent[0].headers["location"] == sent[1].headers["location"]
        assert number(session, Call) == 1
        other = client.post("/office/calls", data={**data, "title": "Tutt'altro"})
        assert other.status_code == 409 and "Tutt&#39;altro" in other.text
        assert number(session, Call) == 1
        again = untouched(other.text, "/office/calls")
        assert client.post("/office/calls", data=again, follow_redirects=False).status_code == 303
        assert number(session, Call) == 2

    def test_an_application_begun_twice_is_one(self, session, client, sign_in):
        call = world.call(session)
        sign_in(client, make.person(session))
        action = f"/calls/{call.call_id}/applications"
        assert press(client, f"/calls/{call.call_id}", action).status_code == 200
        assert client.post(action).status_code == 200
        assert number(session, Application) == 1

    def test_a_key_is_one_of_our_making(self, session, client, sign_in):
        sign(session, client, sign_in, world.office(session))
        answer = client.post("/office/calls", data={"title": "x", "key": ""})
        assert answer.status_code == 409 and number(session, Call) == 0

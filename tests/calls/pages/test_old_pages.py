"""Two pages open before one thing that is kept: nothing is undone without a word."""

import html

import pytest
from sqlalchemy import select

from calls.applications import drafts as applications
from calls.score_sheets import score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.texts import Call
from calls.texts import drafts
from calls.texts.rules import call_form
from kit.audit import AuditEvent
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.calls.browsing import changed, press, untouched
from tests.calls.examples import call_values

HTMX = {"HX-Request": "true"}
ASKED = "Intanto questo è cambiato"


def said(answer):
    return html.unescape(answer.text)


def sign(session, client, sign_in, actor):
    sign_in(client, session.get(Person, actor.person_id))


class TestDraftOfACall:
    """Two officers write one draft at once."""

    @pytest.fixture
    def form(self, session, client, sign_in, now):
        author = world.office(session)
        sign(session, client, sign_in, author)
        new = press(client, "/office/calls/new", "/office/calls", call_values(now))
        return f"{new.url.path}/edit"

    def values(self, session, form):
        session.expire_all()
        return drafts.draft_values(session.get_one(Call, int(form.split("/")[3])))

    def test_each_keeps_what_the_other_wrote(self, session, client, form):
        """A grid and sections by one, the money and a box by the other."""
        old = client.get(form).text
        theirs = {"section-aims": "Finalità nuove.", "criterion-4-name": "Ambiente"}
        theirs |= {"criterion-4-rubric": "0 = No\n5 = Sì", "criterion-1-weight": "4"}
        press(client, form, changes=theirs)
        mine = {"cap": "20.000,00", "in_province": None, "section-aid": "Il contributo."}
        answer = client.post(form, data=changed(old, form, mine), follow_redirects=False)
        assert answer.status_code == 303
        now = self.values(session, form)
        assert {name: now[name] for name in theirs} == theirs
        assert (now["cap"], now["section-aid"]) == ("20.000,00", "Il contributo.")
        assert now["in_province"] == ""

    def test_an_old_page_saved_untouched_erases_nothing(self, session, client, form):
        old = client.get(form).text
        press(client, form, changes={name: "nuovo" for name in call_form.names() if "aims" in name})
        press(client, form, changes={"criterion-5-name": "Rete", "in_province": None})
        before = self.values(session, form)
        assert client.post(form, data=untouched(old, form)).status_code == 200
        assert self.values(session, form) == before

    @pytest.mark.parametrize(
        ("name", "theirs", "mine", "shown"),
        [
            ("cap", "20.000,00", "30.000,00", "20.000,00"),
            ("section-aims", "La loro finalità.", "La mia.", "La loro finalità."),
            ("section-aims", "", "La mia.", "(niente)"),
            ("criterion-6-name", "Ambiente", "Rete", "Ambiente"),
            ("threshold_operator", ">", ">=", "più di"),
            ("budget_rule", "stop", "skip", "La prima domanda che non ci sta per intero ferma"),
            ("tie_break-1", "criterion:B", "sent_first", "il punteggio più alto in «Competenze»"),
            ("deadline_at", "2027-01-05T12:00", "2027-01-06T12:00", "05/01/2027 12:00"),
        ],
    )
    def test_where_both_changed_one_field_both_are_shown_and_nothing_is_written(
        self, session, client, form, name, theirs, mine, shown
    ):
        if name == "threshold_operator":
            press(client, form, changes={name: ">"})
            theirs, mine, shown = ">=", "", "almeno"
        old = client.get(form).text
        press(client, form, changes={name: theirs})
        before = self.values(session, form)
        data = changed(old, form, {name: mine, "title": "Il mio titolo"})
        asked = client.post(form, data=data)
        assert asked.status_code == 422
        assert ASKED in said(asked) and "Non è ancora salvato" in said(asked)
        assert f">{shown}" in said(asked).split("fl-meanwhile-text")[1][:200]
        assert self.values(session, form) == before
        again = untouched(asked.text, form)
        assert (again.get(name), again["title"]) == (mine or again.get(name), "Il mio titolo")
        assert client.post(form, data={**again, name: mine}).status_code == 200
        now = self.values(session, form)
        assert (now[name], now["title"]) == (mine, "Il mio titolo")

    def test_a_row_that_both_began_is_in_sight_and_not_folded_away(self, client, form):
        old = client.get(form).text
        press(client, form, changes={"criterion-7-name": "Ambiente"})
        press(client, form, changes={"criterion-7-name": ""})
        press(client, form, changes={"criterion-7-weight": "2"})
        asked = client.post(form, data=changed(old, form, {"criterion-7-weight": "3"}))
        assert ASKED in asked.text
        before, _, folded = asked.text.rpartition('<details class="fl-more"')
        assert 'id="f-criterion-7-weight"' in before
        assert 'id="f-criterion-8-weight"' in folded

    def test_the_record_names_only_what_this_page_changed(self, session, client, form):
        old = client.get(form).text
        press(client, form, changes={"section-aims": "Finalità."})
        client.post(form, data=changed(old, form, {"cap": "20.000,00"}))
        rows = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == "calls.call.edited")
            .order_by(AuditEvent.id)
        )
        assert [row.after["fields"] for row in rows] == [["section-aims"], ["cap"]]


class TestApplication:
    """The applicant's own pages, in two tabs, with and without JavaScript."""

    @pytest.fixture
    def mine(self, session, client, sign_in):
        call, actor = world.call(session), make.actor(session)
        application_id = world.draft(session, call, actor)
        sign(session, client, sign_in, actor)
        return actor, application_id, f"/applications/{application_id}/sections"

    def values(self, session, mine):
        session.expire_all()
        return applications.own(session, mine[0], mine[1]).values

    def test_an_older_tab_saves_its_own_field_and_leaves_the_rest(self, session, client, mine):
        page = f"{mine[2]}/idea"
        old = client.get(page).text
        press(client, page, changes={"idea_what": "Nell'altra pagina."})
        sent = client.post(page, data=changed(old, page, {"idea_new": "In questa."}))
        assert sent.status_code == 200 and "Salvata la pagina" in sent.text
        now = self.values(session, mine)
        assert (now["idea_what"], now["idea_new"]) == ("Nell'altra pagina.", "In questa.")

    def test_a_ticked_box_of_another_tab_stays_ticked(self, session, client, mine):
        page = f"{mine[2]}/requirements"
        press(client, page, changes={"declaration-D1": None, "declaration-D2": None})
        old = client.get(page).text
        press(client, page, changes={"declaration-D1": "yes"})
        client.post(page, data=changed(old, page, {"declaration-D2": "yes"}))
        now = self.values(session, mine)
        assert (now["declaration-D1"], now["declaration-D2"]) == ("yes", "yes")

    def test_where_both_changed_one_field_both_stand_there(self, session, client, mine):
        page = f"{mine[2]}/proponent"
        old = client.get(page).text
        press(client, page, changes={"firm_name": "Bottega", "firm_kind": "firm"})
        data = changed(old, page, {"firm_name": "Officina", "firm_kind": "professional"})
        asked = client.post(page, data=data)
        assert asked.status_code == 422 and ASKED in said(asked)
        assert ">Bottega</blockquote>" in asked.text
        assert ">Impresa già iscritta al Registro delle imprese</blockquote>" in said(asked)
        assert self.values(session, mine)["firm_name"] == "Bottega"
        again = client.post(page, data=untouched(asked.text, page))
        assert again.status_code == 200
        now = self.values(session, mine)
        assert (now["firm_name"], now["firm_kind"]) == ("Officina", "professional")

    def test_a_field_that_saves_itself_is_told_what_its_page_shows_now(self, session, client, mine):
        page = f"{mine[2]}/idea"
        data = changed(client.get(page).text, page, {"idea_what": "Uno."})
        first = client.post(f"{page}/idea_what", data=data, headers=HTMX)
        assert first.status_code == 200
        told = first.text.split('id="k-idea_what"')[1].split("</div>")[0]
        assert "k-idea_new" not in first.text, "the other fields go on showing what they showed"
        mark = told.split('value="')[1].split('"')[0]
        data |= {"idea_what": "Due.", "shown-idea_what": mark}
        assert client.post(f"{page}/idea_what", data=data, headers=HTMX).status_code == 200
        assert self.values(session, mine)["idea_what"] == "Due."

    def test_a_field_that_saves_itself_asks_where_both_changed_it(self, session, client, mine):
        page = f"{mine[2]}/idea"
        old = client.get(page).text
        press(client, page, changes={"idea_what": "Nell'altra pagina."})
        data = changed(old, page, {"idea_what": "In questa."})
        asked = client.post(f"{page}/idea_what", data=data, headers=HTMX)
        assert asked.status_code == 422
        assert ASKED in said(asked) and ">Nell'altra pagina.</blockquote>" in said(asked)
        assert self.values(session, mine)["idea_what"] == "Nell'altra pagina."
        without_script = client.post(f"{page}/idea_what", data=data)
        assert without_script.status_code == 422
        kept = untouched(without_script.text, page)
        assert kept["idea_what"] == "In questa."
        assert client.post(page, data=kept).status_code == 200
        assert self.values(session, mine)["idea_what"] == "In questa."

    def test_a_field_sent_as_it_was_shown_goes_on_showing_that(self, session, client, mine):
        """Sent again by itself, it may not come to say that it shows what it does not."""
        page = f"{mine[2]}/idea"
        old = client.get(page).text
        press(client, page, changes={"idea_what": "Nell'altra pagina."})
        sent = client.post(f"{page}/idea_what", data=untouched(old, page), headers=HTMX)
        assert sent.status_code == 200 and "k-idea_what" not in sent.text
        client.post(page, data=untouched(old, page))
        assert self.values(session, mine)["idea_what"] == "Nell'altra pagina."

    def test_after_the_sending_an_older_tab_is_told_what_is_not_in_it(self, session, client, mine):
        page = f"{mine[2]}/proponent"
        old = client.get(page).text
        home = f"/applications/{mine[1]}"
        press(client, f"{home}/check", f"{home}/send")
        data = changed(old, page, {"firm_name": "Officina nuova", "firm_kind": "firm"})
        late = client.post(page, data=data)
        assert late.status_code == 409
        assert "Queste parole non sono nella domanda inviata" in said(late)
        assert "Officina nuova" in late.text
        assert "Impresa già iscritta al Registro delle imprese" in late.text
        assert "La tua domanda è arrivata" in said(late)
        alone = client.post(f"{page}/firm_name", data=data, headers=HTMX)
        assert alone.status_code == 409 and "<html" not in alone.text
        assert "Queste parole non sono nella domanda inviata" in said(alone)
        assert "Officina nuova" in alone.text and f'href="{home}/receipt"' in alone.text
        assert 'id="stands"></div>' in alone.text, "nothing is to be sent any more"
        line = said(alone).split('id="saved-firm_name"')[1]
        assert "Non salvato: la domanda è già inviata." in line.partition("</p>")[0]
        beside = said(alone).split('id="k-firm_name"')[1]
        assert "La domanda è già stata inviata: non si può più cambiare." in beside
        untouched_ = client.post(page, data=untouched(old, page), follow_redirects=False)
        assert (untouched_.status_code, untouched_.headers["location"]) == (303, f"{home}/receipt")


class TestScoreSheet:
    """An evaluator's sheet in two tabs: a mark and a motivation are each a unit."""

    @pytest.fixture
    def mine(self, session, client, sign_in):
        found = commissions.world(session)
        me, key = found.evaluators[0], found.keys[0]
        sign(session, client, sign_in, me)
        return me, key, f"/calls/{key.call_id}/evaluations/{key.application_id}"

    def held(self, session, mine):
        return score_sheets.held(session, mine[0], mine[1])

    def mark(self, session, mine, now, **marks):
        given = {code: TypedScore(mark) for code, mark in marks.items()}
        score_sheets.save(session, mine[0], mine[1], given, now)
        session.commit()

    def test_a_motivation_typed_in_an_older_tab_leaves_the_mark(self, session, client, mine, now):
        _, _, page = mine
        old = client.get(page).text
        self.mark(session, mine, now, A="10")
        data = changed(old, f"{page}/marks", {"motivation-A": "Idea chiara."})
        saved = client.post(f"{page}/marks/A", data=data, headers=HTMX)
        assert saved.status_code == 200
        sheet = self.held(session, mine)
        assert (sheet.marks["A"], sheet.motivations["A"]) == (10, "Idea chiara.")
        assert "k-motivation-A" in saved.text
        assert "k-mark-A" not in saved.text, "its radio goes on showing no mark"
        again = client.post(f"{page}/marks", data=data | {"then": "stay"})
        assert again.status_code == 200
        assert self.held(session, mine).marks["A"] == 10

    def test_the_send_button_of_an_older_tab_wipes_nothing(self, session, client, mine, now):
        _, _, page = mine
        old = client.get(page).text
        self.mark(session, mine, now, A="10", B="8", C="6")
        data = untouched(old, f"{page}/marks") | {"then": "send"}
        answer = client.post(f"{page}/marks", data=data, follow_redirects=False)
        assert answer.headers["location"] == f"{page}/sending"
        assert "La scheda è completa." in client.get(f"{page}/sending").text
        assert list(self.held(session, mine).marks.values()) == [10, 8, 6]

    @pytest.mark.parametrize("scripted", [True, False])
    def test_where_both_gave_a_mark_both_are_shown(self, session, client, mine, now, scripted):
        _, _, page = mine
        old = client.get(page).text
        self.mark(session, mine, now, A="10", B="8")
        data = changed(old, f"{page}/marks", {"mark-A": "6", "motivation-C": "Conti."})
        if scripted:
            asked = client.post(f"{page}/marks/A", data=data, headers=HTMX)
        else:
            asked = client.post(f"{page}/marks", data=data | {"then": "send"})
        assert asked.status_code == 422 and ASKED in said(asked)
        assert ">10</blockquote>" in asked.text
        sheet = self.held(session, mine)
        assert (sheet.marks["A"], sheet.motivations.get("C", "")) == (10, "")
        if scripted:
            return
        again = untouched(asked.text, f"{page}/marks")
        assert (again["mark-A"], again["mark-B"]) == ("6", "8")
        client.post(f"{page}/marks", data=again | {"then": "stay"})
        sheet = self.held(session, mine)
        assert (sheet.marks["A"], sheet.marks["B"], sheet.motivations["C"]) == (6, 8, "Conti.")

    def test_a_sheet_that_was_sent_shows_what_is_in_it_and_says_it_once(
        self, session, client, mine, now
    ):
        me, key, page = mine
        old = client.get(page).text
        commissions.send(session, me, key, "10 8 6")
        session.commit()
        data = changed(old, f"{page}/marks", {"mark-A": "2", "motivation-A": "Ci ho ripensato."})
        late = client.post(f"{page}/marks", data=data | {"then": "stay"})
        assert late.status_code == 409
        assert said(late).count("La scheda è stata inviata: non si può più cambiare.") == 1
        assert "Hai inviato questa scheda" not in late.text
        assert "invia di nuovo" not in late.text
        assert "Quello che hai scritto adesso non è nella scheda:" in late.text
        assert "Ci ho ripensato." in late.text
        chosen = [part for part in late.text.split("<input ") if " checked" in part.split(">")[0]]
        assert ['value="10"' in part for part in chosen][:1] == [True]

    def test_a_criterion_of_no_grid_is_absent(self, client, mine):
        assert client.post(f"{mine[2]}/marks/Z", data={"mark-Z": "8"}).status_code == 404

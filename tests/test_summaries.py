"""The summary on top of a form that was refused: each line names its field and leads to it."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from markupsafe import Markup

from calls.texts import drafts
from kit import clock, db
from people import sign_ins
from people.tables.persons import Person
from tests import walk
from tests.calls import make
from tests.calls.examples import call_values
from tests.forms import Form

pytestmark = pytest.mark.long

_SUMMARY = re.compile(r'<div class="fl-alert[^>]*id="form-errors">(.*?)</ul>', re.DOTALL)
_LINE = re.compile(r'<li>(?:<a href="#([^"]*)">)?(.*?)(?:</a>)?</li>', re.DOTALL)
_FAILED = re.compile(r'<p class="fl-error" id="e-([^"]*)">')


@dataclass(frozen=True)
class Refusal:
    """A page that came instead of an answer: where the form had gone, and its HTML."""

    action: str
    html: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The lines of its summary: the element each leads to, and its words."""
        found = _SUMMARY.search(self.html)
        lines = _LINE.findall(found[1]) if found else []
        return [(target, plain(line)) for target, line in lines]

    @property
    def failed(self) -> list[str]:
        """The names of the fields that have an error beside them."""
        return _FAILED.findall(self.html)

    def called(self, id_: str) -> list[str]:
        """What a control is called: its label, or the heading of its group."""
        tag = re.search(rf'<\w+[^>]* id="{re.escape(id_)}"[^>]*>', self.html)
        assert tag, (self.action, id_)
        if 'type="radio"' in tag[0]:
            legend = self.html.rfind("<legend", 0, tag.start())
            return [plain(self.html[legend : self.html.index("</legend>", legend)])]
        return [
            plain(label)
            for label in re.findall(
                rf'<label for="{re.escape(id_)}"[^>]*>(.*?)</label>', self.html, re.DOTALL
            )
        ]


def plain(html: str) -> str:
    bare = re.sub(r'<span class="fl-optional">.*?</span>', "", html)
    return str(Markup(bare).striptags())


def empty(form: Form) -> dict[str, str]:
    """What a browser sends of a form in which nothing is filled in."""
    return {
        each.name: "" if each.seen else each.value
        for each in form.fields
        if each.kind not in ("checkbox", "radio")
    }


@pytest.fixture(scope="module")
def refusals(committed: Any, application: Any) -> list[Refusal]:
    """What every form of the demo in which people type is answered when it comes empty."""
    from litestar.testing import TestClient

    found, tried = [], set[str]()
    with TestClient(application, base_url="https://testserver.local") as client:
        for met in walk.walk(application, committed):
            kind = re.sub(r"\d+", "N", met.form.action)
            typed = any(each.seen for each in met.form.fields) or met.form.files
            if kind in tried or not typed:
                continue
            tried.add(kind)
            db.configure(committed.engine)
            client.cookies.clear()
            if met.token:
                client.cookies.set(sign_ins.COOKIE, met.token)
            for button in ({}, {"then": "send"}):
                data = {**empty(met.form), **button}
                answer = client.post(met.form.action, data=data, follow_redirects=False)
                if answer.status_code >= 400:
                    found.append(Refusal(kind, answer.text))
    return found


def test_every_page_of_a_refused_form_says_its_faults_on_top(refusals):
    assert len(refusals) > 15
    for each in refusals:
        assert each.lines, each.action
        targets = [target for target, _ in each.lines]
        for name in each.failed:
            assert any(target.startswith("f-" + name) for target in targets), (each.action, name)


def test_each_line_of_a_summary_names_its_field_and_leads_to_it(refusals):
    named = 0
    for each in refusals:
        for target, line in each.lines:
            if not target:
                continue
            for label in each.called(target):
                assert label.casefold().rstrip(":") in line.casefold(), (each.action, line)
                named += 1
    assert named > 30


def test_no_two_lines_of_a_summary_are_alike(refusals):
    for each in refusals:
        lines = [line for _, line in each.lines]
        assert len(set(lines)) == len(lines), (each.action, lines)


def test_what_a_draft_of_a_call_lacks_is_named_by_its_fields(client, session, sign_in):
    office, now = make.office(session), clock.now(session)
    values = {**call_values(now), "title": "", "budget": "", "criterion-1-name": ""}
    draft = drafts.start(session, office, values, now)
    sign_in(client, session.get(Person, office.person_id))
    page = Refusal("edit", client.get(f"/office/calls/{draft.id}/edit").text)
    begin = page.html.index("Per poter pubblicare")
    lines = _LINE.findall(page.html[begin : page.html.index("</ul>", begin)])
    said = [plain(line) for _, line in lines]
    assert "Titolo. Questo campo serve: compilalo." in said
    assert len(said) > 2 and len(set(said)) == len(said), said
    for target, line in lines:
        for label in page.called(target):
            assert label.casefold() in plain(line).casefold(), line

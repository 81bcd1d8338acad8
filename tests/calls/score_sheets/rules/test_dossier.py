"""What of a sent application an evaluator reads, and what stays out."""

from datetime import UTC, datetime

import pytest

from calls.applications.rules import sent_content
from calls.score_sheets.rules import dossier
from calls.texts.rules import call_form
from tests.calls.examples import application_values, call_values

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sent():
    content = call_form.read(call_values(NOW))
    call = sent_content.AnsweredCall(1, 1, "0" * 64, content)
    return sent_content.build(
        call, 7, {"id": 1, "name": "G", "email": "g@e.it"}, application_values(), []
    )


def test_what_the_judgement_does_not_need_stays_out(sent):
    told = [str(answer.text) for chapter in dossier.chapters(sent) for answer in chapter.answers]
    values = application_values()
    for name in dossier.PRIVATE:
        assert values[name] not in told, name
    assert values["idea_what"] in told
    assert "Impresa che nascerà se il progetto è finanziato" in told


def test_the_tables_of_the_plan_add_up(sent):
    plan = sent["plan"]
    for lines, total in (
        (dossier.uses(plan), "uses_total"),
        (dossier.sources(plan), "sources_total"),
    ):
        assert sum(line.amounts[0] for line in lines[:-1]) == lines[-1].amounts[0] == plan[total]
        assert lines[-1].strong
    economics = {str(line.label): line.amounts for line in dossier.economics(plan)}
    assert economics["Totale ricavi"] == (28_000_00, 36_000_00, 42_000_00)
    assert economics["Utile o perdita"][0] == 28_000_00 - 30_860_00


def test_what_is_bought_is_named_with_its_category(sent):
    bought = [(what, str(kind), cents) for what, kind, cents in dossier.investments(sent["plan"])]
    assert bought[0] == ("Banco da lavoro e attrezzi", "Macchinari e attrezzature", 9_000_00)
    assert bought[2] == ("Furgone usato", "Altro, non ammesso al contributo", 4_000_00)

"""From sent sheets to a published ranking that anybody can compute again."""

import hashlib
import json
import subprocess
import sys
from io import BytesIO
from typing import Any

import page as validator
import pikepdf
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import calls.jobs  # noqa: F401 - registers the jobs that use cases queue
from calls.commission import evaluators
from calls.envelopes import openings
from calls.rankings import published_rankings, rankings
from calls.texts import published
from calls.verification import scripts
from calls.verification.verify_ranking_2 import verify
from kit import audit, files
from kit.audit import AuditEvent, AuditLink
from kit.errors import NotFound, Refused
from kit.paper import documents
from tests import make
from tests.calls import bundles, commissions
from tests.jobs import run_all
from tests.kit.pdf_checks import embedded, words


@pytest.fixture
def ranked(session, now):
    """Three applications: the first best, the second fitting, the third below the threshold."""
    found = commissions.world(session, applications=3, budget="10.000,00", cap="10.000,00")
    first, second = found.evaluators
    for key, marks in zip(found.keys, ("10 8 8", "8 8 6", "4 4 4"), strict=True):
        commissions.send(session, first, key, marks)
        commissions.send(session, second, key, marks)
    return found, rankings.publish(session, found.office, found.call_id, now)


def test_the_ranking_orders_funds_and_names_what_is_below(session, ranked):
    _found, row = ranked
    content = json.loads(row.content)
    firms = published_rankings.of_row(session, row).firms
    result = [
        (firms[r["code"]], r["position"], r["state"], r["granted"]) for r in content["ranking"]
    ]
    assert result == [
        ("Ruota libera", 1, "funded", 600_000),
        ("Il forno mobile", 2, "partly_funded", 400_000),
        ("Cura vicina", None, "below_threshold", 0),
    ]
    assert content["ranking"][2]["failed"] == ["A", "total"]
    assert row.sha256 == hashlib.sha256(row.content.encode()).hexdigest()


def test_the_published_bundle_is_verified_by_the_script_alone(session, ranked, tmp_path):
    _, row = ranked
    bundle = tmp_path / "graduatoria.json"
    bundle.write_bytes(row.content.encode())
    (tmp_path / "bando.json").write_bytes(published.plain(session, row.call_version_id))
    (tmp_path / "verify_ranking.py").write_bytes(scripts.script(row.rule))
    command = [sys.executable, "-I", "verify_ranking.py", "graduatoria.json", "bando.json"]
    command += ["--sha256", row.sha256]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 0
    bundle.write_bytes(row.content.replace('"total":"58"', '"total":"59"').encode())
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 1


def test_the_bundle_holds_no_personal_data(session, ranked):
    _found, row = ranked
    for forbidden in ("FRRGLI98E43D150K", "via Palestro", "0372", "@", "Proponente", "Commissaria"):
        assert forbidden not in row.content
    for firm in commissions.FIRMS:
        assert firm not in row.content


def test_who_sent_first_comes_first_whatever_the_protocol_numbers_say(session, now):
    ties: dict[str, Any] = {"tie_break-1": "sent_first", "tie_break-2": "", "tie_break-3": ""}
    found = commissions.world(session, applications=2, **ties)
    commissions.send_all(session, found)
    content = json.loads(rankings.publish(session, found.office, found.call_id, now).content)
    first, second = content["ranking"]
    assert first["received_at"] < second["received_at"]
    assert first["protocol"] > second["protocol"]
    assert second["decided_by"] == "sent_first"


def test_what_is_published_recomputes_to_the_same_bytes(session, ranked):
    found, row = ranked
    call = published.of_call(session, found.call_id)
    assert rankings.compute(session, call).decode() == row.content


def test_a_sheet_in_conflict_is_in_no_ranking(session, now):
    found = commissions.world(session, applications=1, evaluators=3)
    one, two, three = found.evaluators
    commissions.send(session, one, found.keys[0], "8 8 8")
    commissions.send(session, two, found.keys[0], "8 8 8")
    commissions.send(session, three, found.keys[0], "0 0 0")
    commissions.conflict(session, three, found.keys[0])
    row = rankings.publish(session, found.office, found.call_id, now)
    assert json.loads(row.content)["ranking"][0]["marks"]["A"] == ["8", "8"]


def test_publication_waits_for_every_sheet_and_says_how_many_are_missing(session, now):
    found = commissions.world(session)
    commissions.send(session, found.evaluators[0], found.keys[0], "8 6 6")
    with pytest.raises(Refused, match="Mancano ancora 3 schede"):
        rankings.publish(session, found.office, found.call_id, now)
    preview = rankings.preview(session, found.office, found.call_id)
    assert preview.content is None and not preview.readiness.owed.complete
    assert [line.sheets for line in preview.readiness.doubts.lacking] == [0, 1]


def test_one_evaluator_alone_is_no_commission(session, now):
    found = commissions.world(session, evaluators=1)
    commissions.send_all(session, found)
    with pytest.raises(Refused, match="almeno 2 per domanda"):
        rankings.publish(session, found.office, found.call_id, now)


def test_the_preview_shows_what_will_be_published(session):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    preview = rankings.preview(session, found.office, found.call_id)
    assert preview.readiness.owed.complete and preview.content is not None
    assert [row["position"] for row in preview.content["ranking"]] == [1, 2]
    assert preview.content["ranking"][1]["decided_by"] == "lot"


def test_nothing_is_published_before_the_opening(session, now):
    found = commissions.world(session, applications=0, opened=False)
    with pytest.raises(Refused, match="si aprono le domande"):
        rankings.publish(session, found.office, found.call_id, now)


def test_a_call_that_nobody_answered_ends_as_deserted_in_public(session, now):
    found = commissions.world(session, applications=0)
    ready = rankings.readiness(session, found.office, found.call_id)
    assert ready.owed.deserted and ready.owed.complete
    row = rankings.publish(session, found.office, found.call_id, now)
    assert json.loads(row.content)["ranking"] == []
    call = published.plain(session, row.call_version_id)
    assert list(verify(row.content.encode(), call, row.sha256)) == []
    run_all(session)
    (document,) = documents.of(session, "ranking", row.id)
    assert document.state == "ready"


def test_a_ranking_is_published_once_and_never_changed(session, now, ranked):
    found, _row = ranked
    with pytest.raises(Refused, match="già pubblicata"):
        rankings.publish(session, found.office, found.call_id, now)
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("update ranking set sha256 = sha256"))


def test_only_the_office_sees_progress_and_publishes(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    for act in (rankings.readiness, rankings.preview):
        with pytest.raises(NotFound):
            act(session, found.evaluators[0], found.call_id)
    with pytest.raises(NotFound):
        rankings.publish(session, found.evaluators[0], found.call_id, now)


def test_the_printed_ranking_is_archival_and_accessible_and_carries_the_bundle(session, ranked):
    _, row = ranked
    run_all(session)
    (document,) = documents.of(session, "ranking", row.id)
    assert document.state == "ready"
    assert document.sha256 is not None
    content = files.get(document.sha256)
    with pikepdf.open(BytesIO(content)) as opened:
        inside = {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}
    carried = bundles.Files(inside["graduatoria.json"], inside["bando.json"], row.sha256)
    assert bundles.refusals(carried) == []
    for profile in (validator.ValidationProfile.PDF_A_3A, validator.ValidationProfile.PDF_UA_1):
        result = validator.validate_pdf_bytes(content, profile=profile)
        assert result.is_compliant, [failure.rule_id for failure in result.failures]


def test_the_paper_says_what_is_true_of_the_files_inside_it(session, ranked, tmp_path):
    _, row = ranked
    run_all(session)
    (document,) = documents.of(session, "ranking", row.id)
    assert document.sha256 is not None
    paper = files.get(document.sha256)
    said = words(paper)
    command = ["graduatoria.json", "bando.json", "--sha256", row.sha256]
    assert "".join(["python3verify_ranking.py", *command]) in "".join(said.split())
    inside = embedded(paper)
    assert set(inside) == {"graduatoria.json", "bando.json"}
    for name, data in {**inside, scripts.NAME: scripts.script(row.rule)}.items():
        (tmp_path / name).write_bytes(data)
    run = [sys.executable, "-I", scripts.NAME, *command]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    for line in done.stdout.splitlines()[:-1]:  # what it says is to be compared with the table
        place, code, _, points, _, euro = line.split()
        (printed,) = (one for one in said.splitlines() if code in one)
        granted = f"{int(euro.split('.')[0]):,}".replace(",", ".") + ",00" if place != "-" else "–"
        assert printed.split()[0] == place.replace("-", "–")
        assert points.replace(".", ",") in printed and granted in printed
    for name in inside:
        changed = bytearray(inside[name])
        changed[-2] ^= 1
        (tmp_path / name).write_bytes(changed)
        assert subprocess.run(run, cwd=tmp_path, capture_output=True).returncode == 1
        (tmp_path / name).write_bytes(inside[name])
    unknown = "Se i punteggi sono quelli che i commissari hanno inviato, non può saperlo"
    assert "".join(unknown.split()) in "".join(said.split())


def test_the_acts_of_a_call_stand_in_its_own_chain_and_nothing_else_does(session, now):
    """Publishing the text is the first of them: tests/calls/texts/test_drafts.py."""
    found = commissions.world(session, evaluators=0, opened=False)
    people = [make.person(session, name=f"Esperta {n}") for n in range(3)]
    for person in people:
        evaluators.appoint(session, found.office, found.call_id, person.email, now)
    evaluators.dismiss(
        session, found.office, found.call_id, people[2].id, now, reason=commissions.WHY
    )
    openings.open_envelopes(session, found.office, found.call_id, now)
    commissions.join(session, found)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, now)
    chain = session.scalars(
        select(AuditEvent.action)
        .join(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(AuditLink.chain_kind == "call", AuditLink.chain_id == found.call_id)
        .order_by(AuditLink.position)
    ).all()
    assert chain == [
        "calls.evaluator.appointed",
        "calls.evaluator.appointed",
        "calls.evaluator.appointed",
        "calls.evaluator.dismissed",
        "calls.call.opened",
        "calls.ranking.published",
    ]
    assert audit.violations(session) == []

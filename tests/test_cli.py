"""The commands of the house, run as a person runs them."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

import cli
import people.checks
from bench import seed
from calls.verification import verify_ranking_2
from kit import clock, db, seals, witness
from kit.canonical import sha256
from kit.settings import settings
from market import settlements
from market.closings import closings, dry_runs
from people import codes, first_administrator, sign_ins
from people.tables.roles import Invitation
from tests.calls import bundles
from tests.people.test_codes import with_app

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def settled(committed):
    """A small centre with one settled order, everything sealed."""
    db.configure(committed.engine)
    with db.transaction() as session:
        seeded = seed.market(session, seed.SIZES["S"])
    with db.transaction() as session:
        actor = sign_ins.require(session, seeded.coordinator_token)
        order_id = seeded.order_ids[0]
        token = dry_runs.dry_run(session, actor, order_id).token
        closings.close(session, actor, order_id, token, clock.now(session))
        settlements.settle(session, actor, order_id, clock.now(session))
    with db.transaction() as session:
        seals.seal(session)
    return committed


def litestar(committed, *words: str) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "DATABASE_URL": committed.app_url,
        "DATABASE_OWNER_URL": committed.owner_url,
    }
    command = [sys.executable, "-m", "litestar", "--app", "app:create_app", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def inside(committed, command: click.Command, *words: str) -> Result:
    """The same in this process, where the way from the words to the command is proved already."""
    db.configure(committed.engine)
    return CliRunner().invoke(command, words)


def test_check_passes_on_sound_data(settled):
    done = litestar(settled, "check")
    assert (done.returncode, done.stdout.strip()) == (0, "everything holds"), done.stderr


def test_a_check_that_could_not_be_finished_is_said_so_and_is_no_finding(settled):
    """A table held by somebody else for longer than a check waits: the others are still asked."""
    with psycopg.connect(settled.owner_url.replace("+psycopg", "")) as owner:
        owner.execute("lock table posting in access exclusive mode")
        done = litestar(settled, "check")
        owner.rollback()
    assert done.returncode == 2, done.stderr
    said = done.stdout.splitlines()
    assert any(line.startswith("ledger: not finished: ") for line in said), said
    assert said[-1].startswith("0 broken; ") and "not finished" in said[-1]
    assert "Traceback" not in done.stderr


def test_a_check_has_half_an_hour_for_a_statement_and_a_later_one_is_asked_all_the_same(settled):
    def allowed(session):
        return [session.scalar(text("select current_setting('statement_timeout')"))]

    def slow(session):
        session.execute(text("select set_config('statement_timeout', '50', true)"))
        return list(session.scalars(text("select pg_sleep(2)::text")))

    db.configure(settled.engine)
    said: list[str] = []
    assert cli.ask({"slow": slow, "later": allowed}, said.append) == (1, 1)
    assert said[0].startswith("slow: not finished: ") and "timeout" in said[0]
    assert said[1] == "later: 30min"


def held_by_a_witness(committed):
    with committed.sessions() as session:
        held = witness.head(session)
    assert held is not None
    return held


def test_a_witnessed_line_is_verified_as_its_letter_says(settled):
    held = held_by_a_witness(settled)
    done = litestar(settled, "verify-audit", held.line)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"as witnessed up to link {held.position}, event ")


def test_a_line_of_more_than_is_there_names_what_was_cut(settled):
    held = held_by_a_witness(settled)
    later = held._replace(position=held.position + 10, event_id=held.event_id + 10)
    done = inside(settled, cli.verify_audit, held.line, later.line)
    assert done.exit_code == 1
    first, last = done.stdout.splitlines()
    cut = f"it ends at link {held.position}, and link {later.position} was witnessed"
    assert first.startswith(f"witness: the chain was cut: {cut}")
    assert last.startswith("1 broken: not as witnessed up to link")


def test_a_mistyped_line_is_no_finding(settled):
    held = held_by_a_witness(settled)
    slip = held.line.replace(f"{held.position}/", f"{held.position + 1}/", 1)
    done = inside(settled, cli.verify_audit, slip)
    assert done.exit_code == 2 and "mistyped" in done.stderr


TAMPERING = {
    "a posting": (
        "update posting set amount = amount + 1 where"
        " (journal_id, line) = (select journal_id, line from posting order by 1, 2 limit 1)",
        "ledger:",
    ),
    "a total": ("update booking set wanted_cents = wanted_cents + 1 where id = 1", "market:"),
    "a counter": ("update offer set wanted = wanted + 1 where id = 2", "market:"),
    "an audit row": (
        "update audit_event set action = 'x.y.z' where id = (select min(id) from audit_event)",
        "audit:",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_check_names_what_the_owner_of_the_database_tampered_with(settled, what):
    statement, named = TAMPERING[what]
    url = settled.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as owner:
        tables = ("posting", "booking", "offer", "audit_event")
        for table in tables:
            owner.execute(f"create temp table kept_{table} as table {table}")
        for table in ("posting", "audit_event"):
            owner.execute(f"alter table {table} disable trigger user")
        owner.execute(statement)
        owner.commit()
        try:
            done = inside(settled, cli.check)
            assert done.exit_code == 1
            assert any(line.startswith(named) for line in done.stdout.splitlines()), done.stdout
        finally:
            undo(owner)


def undo(owner: psycopg.Connection) -> None:
    """Put back what was changed, and the guards."""
    owner.execute(
        "update posting p set amount = k.amount from kept_posting k"
        " where (k.journal_id, k.line) = (p.journal_id, p.line) and k.amount <> p.amount"
    )
    owner.execute(
        "update booking b set wanted_cents = k.wanted_cents from kept_booking k where k.id = b.id"
    )
    owner.execute("update offer o set wanted = k.wanted from kept_offer k where k.id = o.id")
    owner.execute(
        "update audit_event a set action = k.action from kept_audit_event k where k.id = a.id"
        " and k.action <> a.action"
    )
    for table in ("posting", "audit_event"):
        owner.execute(f"alter table {table} enable trigger user")
    owner.commit()


@pytest.fixture
def ranking(tmp_path) -> bundles.Files:
    """A published ranking, its files in the folder."""
    found = bundles.sound()
    (tmp_path / "graduatoria.json").write_bytes(found.ranking)
    (tmp_path / "bando.json").write_bytes(found.call)
    return found


def files_of(folder: Path) -> tuple[str, str]:
    return str(folder / "graduatoria.json"), str(folder / "bando.json")


def verified(committed, folder: Path, *words: str) -> Result:
    return inside(committed, cli.verify_ranking, *files_of(folder), *words)


def test_a_ranking_is_verified_by_the_program_that_citizens_run(committed, ranking, tmp_path):
    words = (*files_of(tmp_path), "--sha256", ranking.sha256)
    done = litestar(committed, "verify-ranking", *words)
    assert done.returncode == 0, done.stderr
    command = [sys.executable, "-I", verify_ranking_2.__file__, "graduatoria.json", "bando.json"]
    command += ["--sha256", ranking.sha256]
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == alone.stdout
    assert done.stdout.splitlines()[-1].startswith("La graduatoria è corretta")


def test_a_ranking_of_another_hash_is_not_verified_and_both_hashes_are_told(
    committed, ranking, tmp_path
):
    done = verified(committed, tmp_path, "--sha256", "0" * 64)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"graduatoria.json: attesa l'impronta {'0' * 64}, trovata {ranking.sha256}",
        "La graduatoria NON è verificata: differenze 1.",
    ]


def test_a_changed_call_is_not_verified_and_the_file_is_named(committed, ranking, tmp_path):
    call = ranking.call.replace(b'"threshold":"20"', b'"threshold":"15"')
    (tmp_path / "bando.json").write_bytes(call)
    done = verified(committed, tmp_path, "--sha256", ranking.sha256)
    assert done.exit_code == 1
    named = f"bando.json: attesa l'impronta {sha256(ranking.call)} (è scritta in graduatoria.json)"
    assert done.stdout.splitlines()[:2] == [
        f"{named}, trovata {sha256(call)}",
        "graduatoria.json, campo «formula.threshold»: atteso «15», trovato «20»",
    ]
    assert done.stdout.splitlines()[-1].startswith("La graduatoria NON è verificata: differenze ")


def test_without_the_hash_or_a_file_no_ranking_is_verified(committed, ranking, tmp_path):
    done = verified(committed, tmp_path)
    assert done.exit_code == 2 and done.stdout == ""
    assert "Missing option '--sha256'" in done.stderr
    done = verified(committed, tmp_path, "--sha256", ranking.sha256[:-1])
    assert done.exit_code == 2
    assert "L'impronta ha 64 cifre" in done.stdout and "corretta" not in done.stdout
    (tmp_path / "bando.json").unlink()
    done = verified(committed, tmp_path, "--sha256", ranking.sha256)
    assert done.exit_code == 2 and "bando.json" in done.stderr


def test_a_price_list_comes_in_and_goes_out_by_command(settled, samples, tmp_path):
    sample = samples / "gdxp" / "EsempioListino.json"
    done = litestar(settled, "import-gdxp", str(sample), "--centre", "bench")
    assert done.returncode == 0, done.stderr
    assert "72" in done.stdout
    with settled.sessions() as session:
        code = session.execute(
            text("select code from producer where name = 'Agricola Bargiolina'")
        ).scalar_one()
    exported = litestar(settled, "export-gdxp", "--producer", code)
    assert exported.returncode == 0
    again = tmp_path / "again.json"
    again.write_text(exported.stdout)
    repeated = litestar(settled, "import-gdxp", str(again), "--centre", "bench")
    assert repeated.returncode == 0, repeated.stderr


def test_a_broken_file_is_refused_in_words(settled, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("[" * 100_000)
    done = litestar(settled, "import-gdxp", str(broken), "--centre", "bench")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "Error" in done.stderr
    unknown = inside(settled, cli.export_gdxp, "--producer", "nessuno")
    assert unknown.exit_code == 1 and "nessuno" in unknown.stderr


def test_an_operator_takes_the_second_steps_of_somebody_away(settled):
    with db.transaction() as session:
        person = with_app(session, clock.now(session))[0]
        email, person_id = person.email, person.id
    done = inside(settled, cli.forget_factors, email.upper())
    assert done.exit_code == 0 and f"1 taken away: {email}" in done.output
    with db.transaction() as session:
        assert not codes.has(session, person_id)
        assert people.checks.violations(session) == []
    again = inside(settled, cli.forget_factors, email)
    assert again.exit_code == 1 and "non ha un secondo passo" in again.output


@pytest.mark.parametrize("address", ["nessuno@esempio.it", "non è un indirizzo"])
def test_an_address_that_nobody_has_is_refused_in_words(settled, address):
    refused = inside(settled, cli.forget_factors, address)
    assert refused.exit_code in (1, 2) and "Traceback" not in refused.output


def test_the_first_administrator_is_invited_by_a_letter(committed, monkeypatch):
    """At the machine, once: whoever administers invites the others."""
    demo = inside(committed, cli.invite_administrator, "ada@esempio.it", "Ada Regina")
    assert demo.exit_code == 1 and "dimostrazione" in demo.output
    not_a_demo = replace(settings(), demo=False)
    monkeypatch.setattr(first_administrator, "settings", lambda: not_a_demo)
    wrong = inside(committed, cli.invite_administrator, "ada", " ")
    assert wrong.exit_code == 1 and "Traceback" not in wrong.output
    done = inside(committed, cli.invite_administrator, "Ada@esempio.it", "Ada Regina")
    assert done.exit_code == 0 and "ada@esempio.it" in done.output
    with db.transaction() as session:
        found = session.execute(select(Invitation.email, Invitation.role)).all()
    assert found == [("ada@esempio.it", "administrator")]

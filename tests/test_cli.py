"""The commands of the house, run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bench import seed
from kit import audit, clock, db
from market import settlements
from market.closings import closings, dry_runs
from people import sign_ins
from tests.calls import bundles

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
        audit.seal(session)
    return committed


def litestar(committed, *words: str) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "DATABASE_URL": committed.app_url,
        "DATABASE_OWNER_URL": committed.owner_url,
    }
    command = [sys.executable, "-m", "litestar", "--app", "app:create_app", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_check_passes_on_sound_data(settled):
    done = litestar(settled, "check")
    assert (done.returncode, done.stdout.strip()) == (0, "everything holds"), done.stderr


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
            done = litestar(settled, "check")
            assert done.returncode == 1
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


def test_a_ranking_is_verified_by_the_program_that_citizens_run(settled, tmp_path):
    found = bundles.sound()
    (tmp_path / "graduatoria.json").write_bytes(found.ranking)
    (tmp_path / "bando.json").write_bytes(found.call)
    files = (str(tmp_path / "graduatoria.json"), str(tmp_path / "bando.json"))
    done = litestar(settled, "verify-ranking", *files, "--sha256", found.sha256)
    assert done.returncode == 0, done.stderr
    assert "La graduatoria è corretta" in done.stdout
    done = litestar(settled, "verify-ranking", *files, "--sha256", "0" * 64)
    assert done.returncode == 1
    assert f"graduatoria.json: attesa l'impronta {'0' * 64}" in done.stdout
    assert litestar(settled, "verify-ranking", *files).returncode == 2


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
    unknown = litestar(settled, "export-gdxp", "--producer", "nessuno")
    assert unknown.returncode == 1 and "nessuno" in unknown.stderr

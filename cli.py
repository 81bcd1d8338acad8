"""The commands of the house, on Litestar's own command line (`litestar --help`)."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click
from litestar.plugins import CLIPlugin
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import calls.checks
import community.retention
import ledger.checks
import market.checks
import people.checks
from calls.verification import verify_ranking_2
from demo import sign_ins, world
from kit import audit, clock, db, dead_jobs, emails, files, mail, witness
from kit.errors import Invalid, PersonError
from kit.postgres import clusters
from kit.postgres.programs import NoDatabase
from kit.settings import settings
from kit.typed import Reader
from kit.words.text import render
from market.price_files import commands
from people import factor_changes, first_administrator
from people.invitations import Guest
from people.link_letters import INVITATION_DAYS

Check = Callable[[Session], list[str]]
CHECKS: dict[str, Check] = {
    "audit": audit.violations,
    "files": files.violations,
    "jobs": dead_jobs.violations,
    "mail": mail.violations,
    "people": people.checks.violations,
    "ledger": ledger.checks.violations,
    "market": market.checks.violations,
    "calls": calls.checks.violations,
    "privacy": community.retention.violations,
}


# A night's check of years of data may take long; pages give up after five seconds.
CHECK_TIMEOUT_S = 1800
_PATIENT = text(
    "select set_config('statement_timeout', :longest, true),"
    " set_config('idle_in_transaction_session_timeout', :longest, true)"
)


def with_database(body: Callable[..., None]) -> Callable[..., None]:
    """Run a command with the embedded database up, started for it if it is not running."""

    @wraps(body)
    def run(*args: Any, **values: Any) -> None:
        current = settings()
        if current.testing or not current.embedded:
            return body(*args, **values)
        try:
            with clusters.running(current.data_dir):
                return body(*args, **values)
        except NoDatabase as problem:
            raise click.ClickException(str(problem)) from problem

    return run


class Commands(CLIPlugin):
    """Adds our commands to `litestar`."""

    def on_cli_init(self, cli: click.Group) -> None:
        """Register every command."""
        audits = (check, verify_audit, verify_ranking)
        roles = (invite_administrator, forget_factors)
        for command in (demo, *roles, *audits, import_gdxp, export_gdxp):
            cli.add_command(command)


@click.command()
@with_database
@click.option("--if-empty", is_flag=True, help="Only say who can sign in when the demo is there.")
def demo(*, if_empty: bool) -> None:
    """Fill an empty database with the demo, a credible Cremona; say who can sign in."""
    with db.transaction() as session:
        there = world.is_there(session)
    if there and not if_empty:
        raise click.ClickException("the demo is already there; use a fresh database")
    if not there:
        world.build(lambda line: click.echo(line, err=True))
    click.echo(f"Password: {sign_ins.PASSWORD}")
    for who, email in sign_ins.SIGN_INS:
        click.echo(f"  {email:<38} {who}")


@click.command("invite-administrator")
@with_database
@click.argument("address")
@click.argument("name")
def invite_administrator(address: str, name: str) -> None:
    """Invite the first administrator by letter, to ADDRESS; NAME is how they are called.

    The letter leaves with the worker. Once somebody administers, they invite the others.
    """
    form = Reader({"address": address, "name": name})
    try:
        email, named = form.email("address"), form.text("name", max_length=120)
        form.check()
        with db.transaction() as session:
            first_administrator.invite(session, Guest(email, named), clock.now(session))
    except PersonError as error:
        said = [*error.errors.values()] if isinstance(error, Invalid) else [error.message]
        raise click.ClickException(" ".join(render(each) for each in said)) from error
    click.echo(f"A letter to {email} is on its way: it is good for {INVITATION_DAYS} days.")


@click.command("forget-factors")
@with_database
@click.argument("address")
def forget_factors(address: str) -> None:
    """Take all second steps of the person with this ADDRESS away, who has lost them.

    Ask first who they are, face to face or by voice. They are told by letter and signed out
    everywhere; from then on their password is enough, and a role that asks for more rests until
    they have added another.
    """
    read = emails.read(address)
    if not isinstance(read, str):
        raise click.UsageError(str(read))
    try:
        with db.transaction() as session:
            gone = factor_changes.forget(session, read, clock.now(session))
    except PersonError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{gone} taken away: {read} is told by letter")


@click.command()
@with_database
def check() -> None:
    """Check every invariant of the data.

    Exit code 1 and a list when one is broken; 2 when one could not be asked to the end (the
    list of what was found stands before it).
    """
    broken, unfinished = ask(CHECKS, click.echo)
    if unfinished:
        click.echo(f"{broken} broken; {unfinished} of {len(CHECKS)} checks not finished: run again")
        sys.exit(2)
    click.echo(f"{broken} broken" if broken else "everything holds")
    sys.exit(1 if broken else 0)


def ask(checks: Mapping[str, Check], say: Callable[[str], None]) -> tuple[int, int]:
    """Run every check in a transaction of its own and say what it finds.

    Returns how many breaches there are, and how many checks could not be finished (a statement
    that took too long, a lock, a lost connection): of those nothing is known.
    """
    broken, unfinished = 0, 0
    for name, violations in checks.items():
        try:
            with db.transaction() as session:
                session.execute(_PATIENT, {"longest": f"{CHECK_TIMEOUT_S}s"})
                found = violations(session)
        except OperationalError as error:
            unfinished += 1
            say(f"{name}: not finished: {str(error.orig).splitlines()[0]}")
            continue
        broken += len(found)
        for line in found:
            say(f"{name}: {line}")
    return broken, unfinished


@click.command("verify-audit")
@with_database
@click.argument("lines", nargs=-1, required=True)
def verify_audit(lines: tuple[str, ...]) -> None:
    """Compare the audit chain with what was witnessed of it: LINES as in the daily letters.

    They also stand on printed acts and in the manifest of a backup. Exit code 1 and a list of
    what is missing or was changed; 2 for a line that cannot be read, or a check not finished.
    """
    try:
        held = [witness.read(each) for each in lines]
    except witness.Misread as slip:
        raise click.UsageError(str(slip)) from slip
    wanted: dict[str, Check] = {
        "audit": audit.violations,
        "witness": lambda session: witness.differences(session, held),
    }
    broken, unfinished = ask(wanted, click.echo)
    if unfinished:
        click.echo(f"{broken} broken; {unfinished} of {len(wanted)} checks not finished: run again")
        sys.exit(2)
    last = max(held)
    kept = f"as witnessed up to link {last.position}, event {last.event_id} of {last.at:%F %T} UTC"
    click.echo(f"{broken} broken: not {kept}" if broken else kept)
    sys.exit(1 if broken else 0)


@click.command("verify-ranking")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False))
@click.argument("call", type=click.Path(exists=True, dir_okay=False))
@click.option("--sha256", required=True, help="The hash printed beside the ranking.")
def verify_ranking(bundle: str, call: str, sha256: str) -> None:
    """Verify a published ranking (BUNDLE) and its CALL with the program that citizens run."""
    sys.exit(verify_ranking_2.main([bundle, call, "--sha256", sha256]))


@click.command("import-gdxp")
@with_database
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--centre", required=True, help="Code of the purchasing centre.")
def import_gdxp(file: Path, centre: str) -> None:
    """Import a GDXP price list into a centre and say what changed."""
    try:
        with db.transaction() as session:
            for line in commands.import_gdxp(session, file, centre, clock.now(session)):
                click.echo(line)
    except PersonError as error:
        raise click.ClickException(str(error)) from error


@click.command("export-gdxp")
@with_database
@click.option("--producer", required=True, help="Code of the producer.")
def export_gdxp(producer: str) -> None:
    """Write a producer's price lists as GDXP 1.0 JSON on standard output."""
    try:
        with db.transaction() as session:
            click.echo(commands.export_gdxp(session, producer))
    except PersonError as error:
        raise click.ClickException(str(error)) from error

"""Two real web processes under a crowd."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import httpx

from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.served import serving

ROOT = Path(__file__).resolve().parents[1]


def test_200_requests_over_40_connections_none_fails(committed, tmp_path):
    """Admission lets at most pool-size requests past it; nobody fails or waits for ever."""
    db.configure(committed.engine)
    with db.transaction() as session:
        person = make.person(session)
        token = sign_ins.open_session(
            session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    with serving(committed.app_url, committed.owner_url, tmp_path) as served:

        async def crowd() -> list[int]:
            limits = httpx.Limits(max_connections=40)
            cookies = {"session": token}
            async with httpx.AsyncClient(
                base_url=served.url, limits=limits, cookies=cookies, timeout=60
            ) as browser:
                answers = await asyncio.gather(*(browser.get("/account") for _ in range(200)))
            return [answer.status_code for answer in answers]

        assert set(asyncio.run(crowd())) == {200}


def test_a_process_that_serves_knows_every_job_that_a_page_may_enqueue():
    """The tests import the jobs of every house: a server that forgets one answers 500."""
    told = 'from kit import jobs; import app; print(*jobs.tasks, sep="\\n")'
    ended = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    queued = re.compile(r'enqueue(?:_many)?\(\s*session,\s*"([a-z_.]+)"')
    houses = ("kit", "people", "ledger", "market", "calls", "community")
    files = [path for house in houses for path in (ROOT / house).rglob("*.py")]
    wanted = {name for path in files for name in queued.findall(path.read_text())}
    assert "people.write_link" in wanted
    assert wanted <= set(ended.stdout.split())

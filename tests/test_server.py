"""Two real web processes under a crowd."""

import asyncio

import httpx

from kit import clock, db
from people import sign_ins
from tests import make
from tests.served import serving


def test_200_requests_over_40_connections_none_fails(committed, tmp_path):
    """Admission lets at most pool-size requests past it; nobody fails or waits for ever."""
    db.configure(committed.engine)
    with db.transaction() as session:
        person = make.person(session)
        token = sign_ins.open_session(session, person.id, "test", clock.now(session))
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

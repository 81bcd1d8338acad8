"""One applicant with many connections and heavy files: everybody else is served as before."""

import asyncio
import secrets
import time

import httpx
from sqlalchemy import text

from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.calls import make as world
from tests.kit.paper.hostile import crowded, document
from tests.served import Served, serving
from tests.waiting import until

UPLOADS = 40
AT_MOST_S = 10  # what a request may wait for a place before it is turned away

_FILES = text(
    "select i.state from attachment a join file_inspection i on i.attachment_id = a.id"
    " where a.application_id = :id order by a.id"
)


def applicant(session, call) -> tuple[str, int]:
    """Somebody signed in with a draft: the session's token and the application."""
    person = make.person(session)
    token = sign_ins.open_session(
        session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
    )
    return token, world.draft(session, call, make.actor(session, person))


def states(application_id: int) -> list[str]:
    with db.transaction() as session:
        return list(session.scalars(_FILES, {"id": application_id}))


def browser(served: Served, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=served.url,
        cookies={"session": token},
        headers={
            "X-CSRF-Token": sign_ins.csrf_token(sign_ins.token_hash(token)),
            "Origin": served.url,
        },
        limits=httpx.Limits(max_connections=UPLOADS),
        timeout=60,
    )


async def upload(client: httpx.AsyncClient, application_id: int, content: bytes) -> int:
    answer = await client.post(
        f"/applications/{application_id}/attachments",
        data={"key": secrets.token_urlsafe()},
        files={"file": ("visura.pdf", content, "application/pdf")},
    )
    return answer.status_code


def test_forty_heavy_uploads_of_one_keep_nobody_else_waiting(committed, tmp_path):
    """No place is held while a file is looked through: at first nobody is there to do it."""
    db.configure(committed.engine)
    with db.transaction() as session:
        call = world.call(session)
        heavy, other = applicant(session, call), applicant(session, call)
    heap = crowded(mark=b"00")
    contents = [heap.replace(b"%00", b"%%%02d" % n, 1) for n in range(UPLOADS)]

    async def crowd(served: Served) -> tuple[list[int], list[int], float]:
        async with browser(served, heavy[0]) as many, browser(served, other[0]) as one:
            heap_ = asyncio.gather(*(upload(many, heavy[1], each) for each in contents))
            begun, seen = time.monotonic(), []
            while not heap_.done():
                answer = await one.get(f"/applications/{other[1]}/attachments")
                seen.append(answer.status_code)
            seen.append(await upload(one, other[1], document()))
            return await heap_, seen, (time.monotonic() - begun) / len(seen)

    with serving(committed.app_url, committed.owner_url, tmp_path, workers=1) as served:
        heaped, seen, each_s = asyncio.run(crowd(served))
        assert sorted(set(heaped)) == [303, 409], "five are kept, the others are too many"
        assert heaped.count(303) == 5
        assert set(seen) == {200, 303} and len(seen) > 1
        assert each_s < AT_MOST_S
        assert states(heavy[1]) == ["waiting"] * 5 and states(other[1]) == ["waiting"]
        served.start_worker()
        until(lambda: states(other[1]) == ["opens"], "the single file to be looked through", 60)
        assert states(heavy[1]).count("waiting") >= 2, "it did not stand behind the heap"

"""What cannot be had is said within seconds, in words, and comes back by itself."""

import re
import time

import httpx
import pytest
from sqlalchemy import create_engine, text

from kit import db, migrate
from kit.postgres import clusters
from people import sign_ins
from tests.forms import sent_to
from tests.hostile import village as villages
from tests.hostile.wire import INTERNAL
from tests.served import serving

LOCKED_S = 4.5


@pytest.fixture(scope="module")
def cluster():
    """A cluster of its own, because it is stopped."""
    with clusters.start_temporary() as running:
        migrate.upgrade(running.owner_url, running.app_url)
        yield running


@pytest.fixture(scope="module")
def village(cluster):
    engine = db.make_engine(cluster.app_url, pool_size=2)
    db.configure(engine)
    with db.transaction() as session:
        found = villages.build(session)
    yield found
    engine.dispose()


@pytest.fixture(scope="module")
def served(cluster, village, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with serving(cluster.app_url, cluster.owner_url, folder, workers=1) as found:
        yield found


def browser(served, village, who="member"):
    token = village.tokens[who]
    return httpx.Client(
        base_url=served.url,
        cookies={"session": token},
        headers={"X-CSRF-Token": sign_ins.csrf_token(sign_ins.token_hash(token))},
        timeout=30,
    )


def asked(client, method, path, **options):
    began = time.monotonic()
    answer = client.request(method, path, **options)
    return answer, time.monotonic() - began


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_a_booking_waits_for_a_held_order_only_so_long(cluster, served, village, htmx):
    order, product = village.ids["group_order_id"], village.ids["product_id"]
    path = f"/group-orders/{order}/booking/lines/{product}"
    holder = create_engine(cluster.app_url)
    with browser(served, village) as client, holder.connect() as line:
        page = f"/group-orders/{order}/booking"
        typed = {f"wanted-{product}": "6" if htmx else "4"}
        data = {**sent_to(client.get(page), page), **typed}
        key = "('x' || substr(md5('group_order:' || :id), 1, 16))::bit(64)::bigint"
        line.execute(text(f"select pg_advisory_xact_lock({key})"), {"id": order})
        answer, seconds = asked(client, "POST", path, data=data, headers=htmx)
        assert answer.status_code == 409 and "si sta chiudendo" in answer.text
        assert 1.5 < seconds < LOCKED_S and not INTERNAL.search(answer.text)
        form, _ = asked(client, "POST", page, data=data)
        assert form.status_code == 409 and re.search(r"Cassetta[^<]*</?\w+[^>]*>", form.text)
        line.rollback()
        again, _ = asked(client, "POST", path, data=data, headers=htmx)
        assert again.status_code == (200 if htmx else 303)
    holder.dispose()


def test_without_its_database_the_house_says_so_and_comes_back(cluster, served, village):
    paths = ("/", "/sign-in", "/account", "/group-orders", "/centres", "/calls", "/missing-page")
    with browser(served, village) as client:
        assert client.get("/account").status_code == 200
        cluster.stop()
        try:
            assert client.get("/health/live").status_code == 200
            for path in ("/health/ready", *paths[:-1]):
                answer, seconds = asked(client, "GET", path)
                assert answer.status_code == 503, (path, answer.status_code)
                assert answer.headers["retry-after"] and seconds < LOCKED_S, path
                assert not INTERNAL.search(answer.text), path
            assert client.get("/missing-page").status_code == 404
            fields = {"email": "a@b.it", "password": "una-parola-lunga"}
            assert client.post("/sign-in", data=fields).status_code == 503
            order = village.ids["group_order_id"]
            answer = client.post(f"/group-orders/{order}/booking", data={"wanted-1": "2"})
            assert answer.status_code == 503 and answer.headers["retry-after"]
        finally:
            clusters._launch(cluster.programs, cluster.directory, cluster.sockets)
        served.wait_ready(20)
        for path in paths[:-1]:
            assert client.get(path, follow_redirects=True).status_code == 200, path


def test_nothing_internal_and_no_secret_is_in_the_log_of_refusals(served, village):
    log = (served.data / "web.log").read_text()
    for token in village.tokens.values():
        assert token not in log
    assert not re.search(r"una-parola-lunga|unexpected_error", log)

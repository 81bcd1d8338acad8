"""Letters with links that are asked for: written by a job, so that no answer tells who is known."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from kit.mail import Mail
from people import link_wishes, passwords
from people.known_devices import Caller
from people.tables.links import LinkWish, OneTimeLink
from tests import make
from tests.forms import filled
from tests.jobs import queued, run_all
from tests.people.test_links import registered, reset
from tests.sql import statements

HERE = Caller("192.0.2.1")


@pytest.fixture
def anna(session):
    found = make.person(session, password_hash=passwords.hash_password("tre-cavalli-bianchi"))
    session.commit()
    return found


@pytest.mark.parametrize("path", ["/password-reset", "/register", "/sign-in"])
def test_a_request_does_the_same_for_who_is_known_and_who_is_not(
    client, session, engine, anna, path
):
    """The time of an answer told who is registered: a letter was written for them within it."""
    gone = make.person(session, disabled_at=anna.created_at)
    session.commit()
    done = {}
    for email in (anna.email, "nessuno@esempio.it", gone.email):
        fields = {"email": email, "name": "Anna", "password": "sbagliata-davvero"}
        data = fields if path == "/sign-in" else filled(client, path, fields)
        with statements(engine) as done[email]:
            client.post(path, data=data)
    first, *others = done.values()
    assert len(first) > 3 and all(other == first for other in others)


def test_nor_does_the_renewal_of_a_link_tell_what_became_of_its_address(
    client, session, engine, anna, now
):
    tokens = [
        registered(session, now, "nuova@esempio.it"),
        registered(session, now, "nota@esempio.it"),
        reset(session, now, anna),
        "x" * 43,
    ]
    make.person(session, email="nota@esempio.it")
    session.commit()
    done = []
    for token in tokens:
        with statements(engine) as seen:
            assert client.post(f"/links/{token}/renewals").status_code == 200
        done.append(seen)
    assert len(done[0]) > 3 and all(each == done[0] for each in done)


@pytest.mark.parametrize("path", ["/password-reset", "/register"])
def test_what_waits_among_the_jobs_holds_no_address_and_no_name(client, session, path):
    fields = {"email": "nuova@esempio.it", "name": "Sara Conti"}
    client.post(path, data=filled(client, path, fields))
    ((name, values),) = queued(session)
    assert name == "people.write_link" and set(values) == {"wish_id"}
    assert session.scalar(select(func.count()).select_from(LinkWish)) == 1
    run_all(session)
    assert session.scalar(select(func.count()).select_from(LinkWish)) == 0
    link_wishes.answer(session, values["wish_id"], make.SOON)  # a second run finds nothing


def test_what_no_job_could_answer_is_forgotten(session, now):
    link_wishes.request_reset(session, "nuova@esempio.it", HERE, now)
    link_wishes.forget_old(session, now + link_wishes.KEPT)
    assert session.scalar(select(func.count()).select_from(LinkWish)) == 1
    link_wishes.forget_old(session, now + link_wishes.KEPT + timedelta(seconds=1))
    assert session.scalar(select(func.count()).select_from(LinkWish)) == 0


def test_a_letter_instead_of_one_of_before_counts_for_its_address(client, session, now):
    """Whoever holds many old links to an address does not fill its box with them."""
    tokens = [registered(session, now, "nuova@esempio.it")]
    for _n in range(8):
        session.execute(text("delete from limit_use"))
        tokens.append(registered(session, now, "nuova@esempio.it"))
    session.execute(text("delete from limit_use"))
    session.execute(update(OneTimeLink).values(expires_at=now))
    before = session.scalar(select(func.count()).select_from(Mail))
    for token in tokens:
        link_wishes.renew(session, token, "192.0.2.1", now)
    run_all(session)
    assert session.scalar(select(func.count()).select_from(Mail)) == before + 6


def test_who_is_registered_gets_a_letter_that_says_so_and_no_link(session, now):
    anna = make.person(session)
    for _ in range(2):
        link_wishes.register(session, email=anna.email, name="X", caller=HERE, now=now)
    run_all(session)
    letter = session.scalars(select(Mail).where(Mail.to == anna.email)).one()
    assert "/sign-in" in letter.text and "/links/" not in letter.text
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_who_is_unknown_or_may_not_sign_in_gets_no_link_for_a_new_password(session, now):
    gone = make.person(session, disabled_at=now)
    for email in (gone.email, "nessuno@esempio.it"):
        link_wishes.request_reset(session, email, HERE, now)
    run_all(session)
    assert session.scalar(select(func.count()).select_from(Mail)) == 0
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0

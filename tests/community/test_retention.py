"""How long things are kept: what the page says is what runs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import app  # noqa: F401 - every timer, as it is served
from community import retention
from kit import jobs, mail
from kit.mail import Mail
from kit.settings import settings
from tests import make


def test_every_timer_of_the_schedule_is_there() -> None:
    named = {each.timer for each in retention.SCHEDULE if each.timer}
    timers = {name for name, task in jobs.tasks.items() if task.cron}
    assert named <= timers
    tidying = {name for name in timers if "forget" in name or "tidy" in name}
    assert tidying - named == set(), "a timer that forgets stands in the schedule"


def test_the_page_shows_the_schedule(client: Any) -> None:
    text = client.get("/privacy").text
    for each in retention.SCHEDULE:
        assert str(each.what).split("{")[0][:40].replace("'", "&#39;") in text
    assert "730 giorni" in text and "365 giorni dall&#39;ultimo uso" in text


def test_letters_go_after_two_years(session: Session) -> None:
    now = make.SOON
    mail.queue(session, kind="kit.letter", to="a@esempio.it", subject="x", text="x", key="old:1")
    letter = session.scalars(select(Mail)).one()
    mail.forget_old(session, letter.created_at + mail.FORGOTTEN)
    assert session.scalar(select(func.count()).select_from(Mail)) == 1
    mail.forget_old(session, letter.created_at + mail.FORGOTTEN + timedelta(seconds=1))
    assert session.scalar(select(func.count()).select_from(Mail)) == 0
    assert now


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.cache_clear()


def test_a_public_installation_that_names_nobody_is_told(
    environment: Any, session: Session
) -> None:
    quiet = {"FARELEGAMI_DEMO": "0", "FARELEGAMI_TESTING": "0", "MAIL_URL": "file"}
    environment(PUBLIC_URL="https://testserver.local")
    assert retention.violations(session) == []
    environment(PUBLIC_URL="https://fare.cremona.it", **quiet)
    assert [line.split()[0] for line in retention.violations(session)] == [
        "FARELEGAMI_CONTROLLER",
        "FARELEGAMI_CONTACT",
    ]
    environment(FARELEGAMI_CONTROLLER="Camera di commercio", FARELEGAMI_CONTACT="dpo@esempio.it")
    assert retention.violations(session) == []


def test_pages_name_who_answers(client: Any, environment: Any) -> None:
    assert "non dice ancora chi ne risponde" in client.get("/privacy").text
    environment(FARELEGAMI_CONTROLLER="Camera di Cremona", FARELEGAMI_CONTACT="dpo@esempio.it")
    for path in ("/privacy", "/accessibility"):
        text = client.get(path).text
        assert "Camera di Cremona" in text and "dpo@esempio.it" in text

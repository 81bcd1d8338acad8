"""Devices are called by the names people know."""

from datetime import UTC, datetime

import pytest

from kit.words import text
from people import devices

SAFARI = "Version/18.0 Mobile/15E148 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "computer Linux, con Firefox",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
            "computer Windows, con Chrome",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {CHROME} Safari/537.36 Edg/140.0",
            "computer Windows, con Edge",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {CHROME} Mobile Safari/537.36",
            "telefono Android, con Chrome",
        ),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {SAFARI}", "iPhone, con Safari"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Safari/605.1", "Mac, con Safari"),
        (f"Mozilla/5.0 (Linux; Android 15) {CHROME} Safari/537.36", "tablet Android, con Chrome"),
        ("something Android", "tablet Android"),
        ("curl/8.0", "dispositivo sconosciuto"),
        ("", "dispositivo sconosciuto"),
        ("<script>{x}</script> Firefox/1", "Firefox"),
    ],
)
def test_a_device_is_named(agent, said):
    assert text.render(devices.said(agent)) == said


NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("then", "says"),
    [
        (datetime(2026, 11, 27, 10, 0, tzinfo=UTC), "da oggi"),
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "da oggi"),  # past midnight in Rome
        (datetime(2026, 11, 26, 22, 30, tzinfo=UTC), "da ieri"),
        (datetime(2026, 11, 21, 11, 0, tzinfo=UTC), "da 6 giorni"),
        (datetime(2026, 11, 20, 11, 0, tzinfo=UTC), "da venerdì 20 novembre 2026"),
    ],
)
def test_since_when_is_told_in_days_of_rome(then, says):
    assert text.render(devices.since(then, NOON)) == says

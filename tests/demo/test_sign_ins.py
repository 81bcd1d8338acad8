"""Who can sign in to the demo: people it makes, in the roles it says, shown on one page."""

import pytest

from demo.offices import CALLS
from demo.sign_ins import PASSWORD, SIGN_INS
from demo.stage import MAIL, table, toml
from people import passwords

EVERYBODY = {
    *toml("centres")["people"],
    *(row["member"].partition(" ")[0] for row in table("households")),
    *(one["alias"] for key in CALLS for one in toml(f"{key}_call")["application"]),
    toml("second_call")["draft"]["alias"],
} - {""}
ALIASES = {str(role): email.removesuffix(MAIL) for role, email in SIGN_INS}


def test_everybody_on_the_list_is_somebody_the_demo_makes():
    assert all(email.endswith(MAIL) for _, email in SIGN_INS)
    assert set(ALIASES.values()) <= EVERYBODY
    assert len(ALIASES) == len(set(ALIASES.values())) == len(SIGN_INS)


@pytest.mark.parametrize(
    ("role", "where"),
    [
        ("Coordinamento del centro di Cremona", "coordinator"),
        ("Tesoreria del centro di Cremona", "treasurer"),
        ("Consegne", "driver"),
    ],
)
def test_the_workers_of_cremona_are_those_of_its_file(role, where):
    (cremona,) = [one for one in toml("centres")["centre"] if one["code"] == "CREMONA"]
    assert cremona[where] == ALIASES[role]


@pytest.mark.parametrize(
    ("role", "centre"), [("Famiglia (Cremona)", "CREMONA"), ("Famiglia (Vescovato)", "VESCOVATO")]
)
def test_the_families_are_members_where_it_says(role, centre):
    rows = [row for row in table("households") if row["member"].partition(" ")[0] == ALIASES[role]]
    assert [row["centre"] for row in rows] == [centre]


def test_the_applicant_has_the_draft_that_is_still_open():
    assert ALIASES["Giovane impresa che presenta domanda"] == toml("second_call")["draft"]["alias"]


def test_the_password_would_be_good_enough_for_each_of_them():
    assert all(passwords.weakness(PASSWORD, email) is None for _, email in SIGN_INS)


def test_the_sign_in_page_of_the_demo_shows_them_all(client):
    text = client.get("/sign-in").text
    assert PASSWORD in text
    for role, email in SIGN_INS:
        assert str(role) in text and email in text

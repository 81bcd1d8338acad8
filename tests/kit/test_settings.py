"""What the environment may say, and what FareLegami does not start with."""

from pathlib import Path

import pytest

from kit.settings import Secret, UnsafeSettings, from_environment, refuse_unsafe_server

APP = "postgresql://app:one@localhost/shop"
OWNER = "postgresql://owner:two@localhost/shop"
PUBLIC = {"PUBLIC_URL": "https://spesa.cremona.it", "MAIL_URL": "smtp://mail:25"}


def read(tmp_path: Path, **environ: str):
    return from_environment({"FARELEGAMI_DATA": str(tmp_path), **environ})


def test_without_any_setting_the_embedded_database_and_the_demo_are_used(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.embedded
    assert found.demo
    assert found.mail_to_files
    assert found.public_url == "http://localhost:8000"
    assert found.allowed_hosts == ("localhost", "127.0.0.1")
    assert found.database_owner_url is not None
    assert found.database_url != found.database_owner_url


def test_at_a_public_address_there_is_no_demo_unless_it_is_asked_for(tmp_path: Path) -> None:
    found = read(tmp_path, **PUBLIC)
    assert found.embedded and not found.demo and not found.mail_to_files
    assert read(tmp_path, **{**PUBLIC, "MAIL_URL": "file"}).mail_to_files


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "https://127.0.0.2", "http://[::1]:80", "https://demo.example"]
)
def test_an_address_that_nobody_else_reaches_is_not_public(tmp_path: Path, url: str) -> None:
    found = read(tmp_path, PUBLIC_URL=url)
    assert found.demo and found.mail_to_files


def test_a_given_database_is_spoken_to_by_psycopg_and_has_no_demo(tmp_path: Path) -> None:
    found = read(tmp_path, DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER)
    assert found.database_url.reveal() == "postgresql+psycopg://app:one@localhost/shop"
    assert not found.embedded
    assert not found.demo


def test_witnesses_are_addresses_each_named_once(tmp_path: Path) -> None:
    assert read(tmp_path).witnesses == ()
    several = " Rita@Example.org,b@città.it , rita@example.org,"
    found = read(tmp_path, FARELEGAMI_WITNESSES=several).witnesses
    assert found == ("rita@example.org", "b@xn--citt-3na.it")


def test_a_web_process_needs_no_owner(tmp_path: Path) -> None:
    assert read(tmp_path, DATABASE_URL=APP).database_owner_url is None


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DATABASE_URL": APP, "DATABASE_OWNER_URL": APP}, "same user"),
        ({"DATABASE_URL": "mysql://a@b/c"}, "postgresql://"),
        ({"DATABASE_OWNER_URL": OWNER}, "without DATABASE_URL"),
        ({"DATABASE_URL": APP + "?options=-c%20fsync%3Doff"}, "fsync"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"LITESTAR_DEBUG": "true"}, "LITESTAR_DEBUG"),
        ({"FARELEGAMI_DEMO": "maybe"}, "1 or 0"),
        ({"PORT": "0"}, "1 to 65535"),
        ({"PORT": "80a"}, "1 to 65535"),
        ({"PORT": "٨٠"}, "1 to 65535"),
        ({"ALLOWED_HOSTS": "*"}, "every one"),
        ({"PUBLIC_URL": "example.org"}, "whole address"),
        ({"MAIL_URL": "http://mail"}, "MAIL_URL"),
        ({"FARELEGAMI_WITNESSES": "a@example.org, b@"}, "WITNESSES: b@ is not an e-mail address"),
        ({"FARELEGAMI_WITNESSES": "a@example.org b@example.org"}, "is not an e-mail address"),
        ({"FARELEGAMI_SECRET_FILE": "/no/such/file"}, "FARELEGAMI_SECRET_FILE"),
        ({"FARELEGAMI_SECRET": "k" * 31}, "FARELEGAMI_SECRET must be at least 32"),
        ({"FARELEGAMI_SECRET_BEFORE": "short"}, "FARELEGAMI_SECRET_BEFORE must be at least 32"),
        ({**PUBLIC, "FARELEGAMI_DEMO": "1"}, "DEMO is on at a public address"),
        ({**PUBLIC, "FARELEGAMI_TESTING": "1"}, "TESTING is on at a public address"),
        ({**PUBLIC, "MAIL_URL": ""}, "MAIL_URL is not set at a public address"),
        ({**PUBLIC, "PUBLIC_URL": "http://192.168.1.7:8000", "MAIL_URL": ""}, "MAIL_URL is not"),
    ],
)
def test_what_is_unsafe_or_unreadable_is_refused(
    tmp_path: Path, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(UnsafeSettings, match=words):
        read(tmp_path, **environ)


def test_one_user_in_both_roles_is_for_tests_only(tmp_path: Path) -> None:
    read(tmp_path, DATABASE_URL=APP, DATABASE_OWNER_URL=APP, FARELEGAMI_TESTING="1")


def test_a_server_that_may_forget_is_refused(tmp_path: Path) -> None:
    refuse_unsafe_server("on", read(tmp_path))
    refuse_unsafe_server("off", read(tmp_path, FARELEGAMI_TESTING="1"))
    with pytest.raises(UnsafeSettings, match="fsync"):
        refuse_unsafe_server("off", read(tmp_path))


def test_no_secret_shows_itself(tmp_path: Path) -> None:
    found = read(
        tmp_path, DATABASE_URL=APP, MAIL_URL="smtp://me:hush@mail", FARELEGAMI_SECRET="x9" * 16
    )
    for shown in (repr(found), str(found.database_url), f"{found.mail_url}"):
        assert "app:one" not in shown
        assert "hush" not in shown
        assert "x9" not in shown
        assert "***" in shown
    assert found.mail_url == Secret("smtp://me:hush@mail")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from a file, thirty-two letters or more\n", encoding="utf-8")
    found = read(tmp_path, FARELEGAMI_SECRET_FILE=str(path))
    assert found.secret_key.reveal() == "from a file, thirty-two letters or more"


def test_the_key_of_a_data_folder_is_made_once_and_private(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    assert read(tmp_path).secret_key == first
    assert len(first.reveal()) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]

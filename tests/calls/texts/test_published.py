"""Published versions: the last one binds, each is read once."""

import pytest

from calls.tables.texts import CallVersion
from calls.texts import published
from kit.canonical import sha256
from kit.errors import NotFound
from kit.kept import Kept
from tests.calls import make as world
from tests.calls.test_statements import counted


def amended(session, call, now):
    """A second version with the same words."""
    first = session.get_one(CallVersion, call.version_id)
    names = ("title", "content", "sha256", "opens_at", "deadline_at", "published_by")
    version = CallVersion(
        call_id=call.call_id,
        number=2,
        published_at=now,
        **{name: getattr(first, name) for name in names},
    )
    session.add(version)
    session.flush()
    return version


def test_the_last_version_is_in_force_and_each_is_found_by_its_id(session, now):
    call = world.call(session)
    second = amended(session, call, now)
    assert published.of_call(session, call.call_id).number == 2
    assert published.of_version(session, call.version_id).number == 1
    assert published.of_version(session, second.id).number == 2
    assert [found.number for found in published.listed(session)] == [2]


def test_what_is_not_published_is_absent(session):
    for look in (published.of_call, published.of_version, published.plain):
        with pytest.raises(NotFound):
            look(session, 10**9)
    assert published.listed(session) == []


def test_a_version_is_read_once_and_lists_read_all_that_is_new_at_once(session, monkeypatch):
    calls = [world.call(session, title=f"Bando {n}") for n in range(3)]
    monkeypatch.setattr(published, "_known", Kept(10))
    with counted(session) as first:
        published.listed(session)
    with counted(session) as again:
        published.listed(session)
        published.of_call(session, calls[0].call_id)
    assert (len(first), len(again)) == (2, 2)


def test_more_versions_than_are_kept_read_as_they_are(session, monkeypatch):
    monkeypatch.setattr(published, "_known", Kept(1))
    calls = [world.call(session, title=f"Bando {n}") for n in range(3)]
    for _ in range(2):
        assert {call.title for call in published.listed(session)} == {
            "Bando 0",
            "Bando 1",
            "Bando 2",
        }
        for n, call in enumerate(calls):
            assert published.of_call(session, call.call_id).title == f"Bando {n}"


def test_the_plain_bytes_are_those_that_were_hashed(session):
    call = world.call(session)
    assert sha256(published.plain(session, call.version_id)) == call.sha256

"""Sealed values: only here, only for their use, only unchanged."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import secret, settings
from kit.settings import Secret


@given(st.binary(max_size=300), st.text(max_size=20), st.binary(max_size=20))
def test_what_was_sealed_opens_again(plain, label, about):
    sealed = secret.seal(label, plain, about)
    assert secret.unseal(label, sealed, about) == plain
    assert sealed.isascii() and not set(sealed) - set(
        base64.urlsafe_b64encode(b"").decode()
        + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_the_same_is_never_sealed_to_the_same():
    assert secret.seal("a", b"x") != secret.seal("a", b"x")


def test_another_use_or_another_place_does_not_open_it():
    sealed = secret.seal("form", b"12", b"person 7")
    for label, about in (("mail", b"person 7"), ("form", b"person 8"), ("form", b"")):
        with pytest.raises(secret.NotOurs):
            secret.unseal(label, sealed, about)


def test_every_changed_letter_is_noticed():
    sealed = secret.seal("form", b"twelve")
    for place in range(len(sealed) - 1):  # some bits of the last letter stand for nothing
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(secret.NotOurs):
            secret.unseal("form", sealed[:place] + other + sealed[place + 1 :])


@pytest.mark.parametrize("typed", ["", "A", "AAAA", "è", "not sealed at all", "=" * 9, "A" * 400])
def test_what_was_never_sealed_is_refused(typed):
    with pytest.raises(secret.NotOurs):
        secret.unseal("form", typed)


def test_a_renewed_secret_opens_what_the_one_before_sealed(monkeypatch):
    sealed = secret.seal("form", b"twelve")
    now = settings.settings()
    renewed = replace(now, secret_key=Secret("n" * 32), secret_key_before=now.secret_key)
    monkeypatch.setattr(secret, "settings", lambda: renewed)
    assert secret.unseal("form", sealed) == b"twelve"
    assert secret.unseal("form", secret.seal("form", b"new")) == b"new"
    monkeypatch.setattr(secret, "settings", lambda: replace(renewed, secret_key_before=None))
    with pytest.raises(secret.NotOurs):
        secret.unseal("form", sealed)


def test_a_mark_is_of_one_use_and_of_one_thing_and_outlives_one_renewal(monkeypatch):
    mark = secret.mark("form", b"12")
    assert secret.is_mark("form", b"12", mark) and len(mark) == 64
    for label, plain, tried in (
        ("mail", b"12", mark),
        ("form", b"13", mark),
        ("form", b"12", mark[:-1]),
        ("form", b"12", ""),
        ("form", b"12", "è"),
    ):
        assert not secret.is_mark(label, plain, tried)
    now = settings.settings()
    renewed = replace(now, secret_key=Secret("n" * 32), secret_key_before=now.secret_key)
    monkeypatch.setattr(secret, "settings", lambda: renewed)
    assert secret.is_mark("form", b"12", mark)
    forgotten = replace(renewed, secret_key_before=None)
    monkeypatch.setattr(secret, "settings", lambda: forgotten)
    assert not secret.is_mark("form", b"12", mark)

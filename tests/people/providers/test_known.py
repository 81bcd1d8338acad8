"""What a provider publishes is asked for once, and its keys anew where one is missing."""

from people.providers import known
from tests.people.providers import hostile as hostiles
from tests.people.providers import made


def times(hostile, path):
    return hostile.asked.count(path)


def test_addresses_and_keys_are_asked_for_once(client, hostile):
    for _ in range(3):
        made.sign_in(client, hostile)
    assert times(hostile, "/.well-known/openid-configuration") == 1
    assert times(hostile, "/keys") == 1


def test_a_provider_that_changes_its_key_is_believed_after_the_minute(client, hostile, monkeypatch):
    made.sign_in(client, hostile)
    hostile.key, hostile.published = hostiles.OTHER_KEY, [hostiles.OTHER_KEY]
    assert made.sign_in(client, hostile).status_code == 409, "asked a moment ago"
    monkeypatch.setattr(known, "_ANEW_EVERY_S", 0)
    assert made.sign_in(client, hostile).status_code == 303
    assert times(hostile, "/keys") == 2


def test_unknown_keys_do_not_make_us_ask_again_and_again(client, hostile):
    made.sign_in(client, hostile)
    hostile.key = hostiles.OTHER_KEY
    for _ in range(3):
        assert made.sign_in(client, hostile).status_code == 409
    assert times(hostile, "/keys") == 1


def test_what_is_no_key_to_sign_with_is_left_out():
    public = hostiles.KEY.as_dict(private=False)
    broken = [7, {}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA"}, {"kty": [1]}, None]
    assert [len(known._key(each)) for each in broken] == [0] * len(broken)
    assert known._key({**public, "use": "enc"}) == []
    assert len(known._key(public)) == 1

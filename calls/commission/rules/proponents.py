"""Whose application it is: the proponent as it was sent, not the account it came from."""

import json


def named(content: bytes) -> str:
    """First and last name of the proponent in the canonical content of a sent application."""
    fields = json.loads(content)["fields"]
    return " ".join(fields[name] for name in ("first_name", "last_name") if fields.get(name))


def same(one: str, other: str) -> bool:
    """Whether two names are of the same words, in whatever order and size of letters."""
    return sorted(one.casefold().split()) == sorted(other.casefold().split())

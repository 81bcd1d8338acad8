"""What roles are held of, in words: the houses above name their centres, calls and households."""

from collections.abc import Callable, Collection, Iterable

from sqlalchemy.orm import Session

from kit.errors import Message
from people import roles
from people.roles import Role

Names = Callable[[Session, Collection[int]], dict[int, Message]]


def _all_calls(_session: Session, ids: Collection[int]) -> dict[int, Message]:
    return dict.fromkeys(set(ids) & {0}, Message("tutti i bandi"))


def _house(_session: Session, ids: Collection[int]) -> dict[int, Message]:
    return dict.fromkeys(set(ids) & {0}, Message("la casa"))


_named: dict[str, Names] = {"calls": _all_calls, "house": _house}


def register(kind: str, names: Names) -> None:
    """Let a house above name the scopes of a kind, at the top level of a module.

    `names(session, ids)` gives a name for each id that is there, in one statement.
    """
    _named[kind] = names


def said(session: Session, held: Iterable[Role]) -> dict[Role, Message]:
    """Name roles with what they are held of ("tesoreria, Centro di Cremona"); one that is held of
    what is gone by itself. One statement for each kind of scope.
    """
    found = set(held)
    there = _there(session, found)
    return {each: _said(each, there.get(each[1:])) for each in found}


def gone(session: Session, held: Iterable[Role]) -> set[Role]:
    """The roles that are held of something that is not there (any more)."""
    found = set(held)
    there = _there(session, found)
    return {each for each in found if each[1:] not in there}


def _there(session: Session, held: set[Role]) -> dict[tuple[str, int], Message]:
    ids: dict[str, set[int]] = {}
    for _role, kind, id_ in held:
        ids.setdefault(kind, set()).add(id_)
    return {
        (kind, id_): name
        for kind, wanted in ids.items()
        if kind in _named
        for id_, name in _named[kind](session, wanted).items()
    }


def _said(held: Role, where: Message | None) -> Message:
    role, kind, _id = held
    if where is None or kind == "house":
        return roles.NAMES[role]
    return Message("{role}, {where}", role=roles.NAMES[role], where=where)

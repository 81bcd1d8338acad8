"""Roles that rest, said in words to whoever holds them (docs/decisions/0027)."""

from kit.errors import Message
from kit.sentences import listing
from people import roles
from people.actors import Actor

# Where a second step is added.
WAY_ON = "/account/factors"


def said(actor: Actor) -> Message | None:
    """Say which of somebody's roles rest; None where none does."""
    found = {role for role, _kind, _id in actor.resting}
    names = [name for role, name in roles.NAMES.items() if role in found]
    if not names:
        return None
    if len(names) == 1:
        return Message(
            "Il tuo ruolo di {role} riposa: per usarlo serve un secondo passo.", role=names[0]
        )
    return Message(
        "I tuoi ruoli di {roles} riposano: per usarli serve un secondo passo.",
        roles=listing(names),
    )

"""What whoever invites is told: the same wherever a role is offered."""

from kit import emails
from kit.errors import Message


def sent(email: str) -> Message:
    """Say that an invitation is on its way to an address, for the first time or anew."""
    return Message("Invito inviato a {email}.", email=emails.shown(email))


def withdrawn(email: str) -> Message:
    """Say that an invitation was taken back before it was answered."""
    return Message("L'invito a {email} è ritirato.", email=emails.shown(email))

"""What browsers are asked to sign with a passkey: random, good once, for five minutes.

The challenge goes to the browser in the question, and sealed in a cookie beside it
(`people.pages.passkeys`): an answer counts only in the browser that was asked. The database keeps
its hash, and whoever uses it takes that away: of two with the same answer one finds nothing.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from people.actors import Actor
from people.tables.factors import PasskeyChallenge

MAKING, SIGN_IN, PROOF = "making", "sign-in", "proof"
GOOD_FOR = timedelta(minutes=5)


def ask(session: Session, purpose: str, actor: Actor | None, now: datetime) -> bytes:
    """Make a challenge for one purpose; who is signed in answers it in this session only."""
    challenge = secrets.token_bytes(32)
    session.add(
        PasskeyChallenge(
            challenge_hash=_hash(challenge),
            purpose=purpose,
            person_id=actor.person_id if actor is not None else None,
            session_id=actor.session_id if actor is not None else None,
            expires_at=now + GOOD_FOR,
        )
    )
    session.flush()
    return challenge


def use(
    session: Session, challenge: bytes, purpose: str, actor: Actor | None, now: datetime
) -> bool:
    """Use a challenge up; tell whether it was good: asked here, for this, of this session."""
    used = (
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == _hash(challenge),
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.session_id.is_not_distinct_from(
                actor.session_id if actor is not None else None
            ),
            PasskeyChallenge.expires_at > now,
        )
        .returning(PasskeyChallenge.id)
    )
    return session.scalar(used) is not None


def forget_old(session: Session, now: datetime) -> None:
    """Forget what nobody answered in time (a timer's work)."""
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))


def _hash(challenge: bytes) -> bytes:
    """SHA-256 of a random challenge: enough, since it has 256 bits of its own."""
    return hashlib.sha256(challenge).digest()

"""Codes as a second factor: those of an app (RFC 6238), and those on paper for who has lost it.

Each is good once, by the write that uses it up: of two that come with the same code in one moment
the second waits for the first, and finds it used (docs/decisions/0027).
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from kit import secret
from people import proofs
from people.tables.factors import CodeGenerator, RecoveryCode
from people.tables.persons import Person

# How long an app that is being added may wait for its first code.
BEGUN_FOR = timedelta(hours=1)
RECOVERY_CODES = 10
_STEP_S = 30
_TOLERANCE = 1  # steps: a phone's clock goes wrong by less
_LABEL = "code generator"
# Crockford's: without I, L, O and U, which are read as others or make words.
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS = str.maketrans("ilo", "110")
_LENGTH, _GROUP = 16, 4  # 5 bits a sign: 80


def begin(session: Session, person_id: int, now: datetime) -> str:
    """Begin to add an app; give its secret (base32), to be shown while it is added.

    It counts once it was confirmed by a code; until then what there was goes on counting.
    """
    _lock(session, person_id)
    made = pyotp.random_base32()
    session.execute(delete(CodeGenerator).where(*_begun(person_id)))
    sealed = _seal(person_id, made)
    session.add(CodeGenerator(person_id=person_id, secret=sealed, made_at=now))
    session.flush()
    return made


def begun(session: Session, person_id: int, now: datetime) -> str | None:
    """Give the secret of the app that is being added, for a page that is shown again."""
    found = session.scalars(select(CodeGenerator).where(*_begun(person_id))).first()
    return None if found is None or _is_late(found, now) else _unseal(found)


def confirm(session: Session, person_id: int, typed: str, now: datetime) -> bool:
    """Let the app that is being added count, by one of its codes; it replaces the one before."""
    _lock(session, person_id)
    found = session.scalars(select(CodeGenerator).where(*_begun(person_id))).first()
    if found is None or _is_late(found, now):
        return False
    step = _step(_unseal(found), _plain(typed), now)
    if step is None:
        return False
    session.execute(delete(CodeGenerator).where(*_confirmed(person_id)))
    found.confirmed_at, found.last_step = now, step
    session.flush()
    return True


def has(session: Session, person_id: int) -> bool:
    """Whether a person has an app whose codes count."""
    return app(session, person_id) is not None


def app(session: Session, person_id: int) -> CodeGenerator | None:
    """Find a person's app whose codes count."""
    return session.scalars(select(CodeGenerator).where(*_confirmed(person_id))).first()


def accept(session: Session, person_id: int, typed: str, now: datetime) -> str | None:
    """Use up a code of a person's app or one on paper; give which of the two it was, or None.

    How often one may be tried is counted before, by who asks (`people.guesses`). Blanks and
    hyphens do not count, nor do capitals.
    """
    plain = _plain(typed)
    if is_of_app(typed):
        return proofs.CODE if _use_step(session, person_id, plain, now) else None
    return proofs.RECOVERY_CODE if _use_recovery(session, person_id, plain, now) else None


def is_of_app(typed: str) -> bool:
    """Whether what was typed looks like a code of an app, and not like one on paper."""
    plain = _plain(typed)
    return plain.isdecimal() and len(plain) < _LENGTH


def new_recovery_codes(session: Session, person_id: int, now: datetime) -> list[str]:
    """Make the codes on paper anew and give them, to be shown once; those before end."""
    _lock(session, person_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    made = ["".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(person_id=person_id, hash=_hash(code), made_at=now) for code in made
    )
    session.flush()
    return [
        "-".join(code[n : n + _GROUP] for n in range(0, _LENGTH, _GROUP)).upper() for code in made
    ]


def recovery_made(session: Session, person_id: int) -> datetime | None:
    """When a person's codes on paper were made."""
    query = select(func.max(RecoveryCode.made_at)).where(RecoveryCode.person_id == person_id)
    return session.scalars(query).one()


def recovery_left(session: Session, person_id: int) -> int:
    """How many codes on paper are left to a person."""
    query = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalars(query).one()


def forget(session: Session, person_id: int) -> None:
    """Take away the app of a person, also one that is being added; codes on paper stay."""
    session.execute(delete(CodeGenerator).where(CodeGenerator.person_id == person_id))


def forget_recovery(session: Session, person_id: int) -> None:
    """Take away the codes on paper of a person."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def forget_begun(session: Session, now: datetime) -> None:
    """Forget apps that nobody confirmed (a timer's work)."""
    late = CodeGenerator.confirmed_at.is_(None), CodeGenerator.made_at < now - BEGUN_FOR
    session.execute(delete(CodeGenerator).where(*late))


def _use_step(session: Session, person_id: int, code: str, now: datetime) -> bool:
    found = app(session, person_id)
    known = _unseal(found) if found is not None else None
    step = _step(known, code, now)
    if found is None or known is None or step is None:
        return False
    # Sealed anew: the secret of the server may be a new one since.
    used = (
        update(CodeGenerator)
        .where(CodeGenerator.id == found.id, CodeGenerator.last_step < step)
        .values(last_step=step, secret=_seal(person_id, known))
        .returning(CodeGenerator.id)
    )
    return session.scalar(used) is not None


def _use_recovery(session: Session, person_id: int, code: str, now: datetime) -> bool:
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.hash == _hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return session.scalar(used) is not None


def _step(known: str | None, code: str, now: datetime) -> int | None:
    """Tell of which step about now a code is; RFC 6238 section 5.2 lets a verifier look beside."""
    if known is None:
        return None
    made_by, this = pyotp.TOTP(known, interval=_STEP_S), int(now.timestamp()) // _STEP_S
    near = range(this - _TOLERANCE, this + _TOLERANCE + 1)
    return next((step for step in near if strings_equal(code, made_by.generate_otp(step))), None)


def _plain(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isalnum()).lower()


def _hash(code: str) -> bytes:
    """SHA-256 of a random code: enough, since it has 80 bits of its own."""
    return hashlib.sha256(code.translate(_READ_AS).encode()).digest()


def _seal(person_id: int, plain: str) -> str:
    return secret.seal(_LABEL, plain.encode(), str(person_id).encode())


def _unseal(found: CodeGenerator) -> str | None:
    """Open the secret; None where the server's own was lost since: nothing is good then."""
    try:
        return secret.unseal(_LABEL, found.secret, str(found.person_id).encode()).decode()
    except secret.NotOurs:
        return None


def _lock(session: Session, person_id: int) -> None:
    session.get_one(Person, person_id, with_for_update=True)


def _is_late(found: CodeGenerator, now: datetime) -> bool:
    return found.made_at < now - BEGUN_FOR


def _begun(person_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CodeGenerator.person_id == person_id, CodeGenerator.confirmed_at.is_(None)


def _confirmed(person_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CodeGenerator.person_id == person_id, CodeGenerator.confirmed_at.is_not(None)

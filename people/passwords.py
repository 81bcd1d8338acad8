"""Passwords: argon2id with OWASP's parameters, hashed outside any transaction."""

import re
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kit.errors import Message
from kit.ordering import key

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, parallelism 1.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Memory and CPU of hashing are bounded: two at once in a process, the rest wait.
_SLOTS = threading.BoundedSemaphore(2)
MINIMUM, MAXIMUM = 10, 200
# What is tried first besides what the lists know.
_OURS = frozenset({"farelegami", "legami", "cremona", "crema", "casalmaggiore", "soresina"})
_LISTS = ("passwords", "female_names", "male_names", "surnames")
# How people write letters to make a word look like none.
_DISGUISE = str.maketrans("0134578@$!|", "oieastbasil")
_MOST_AT_AN_END = 12
_BETWEEN = re.compile(r"[\W_]+")
_NO_LETTER = re.compile(r"[\W\d_]*")
# Of a password with somebody's own name in it so many letters have to be left.
_LEFT = 5

_GOOD = Message("Metti insieme tre o quattro parole a caso, che di solito non stanno insieme.")


def hash_password(password: str) -> str:
    """Hash a password (about 50 ms of CPU)."""
    with _SLOTS:
        return _HASHER.hash(password)


_NOBODY = _HASHER.hash("nobody has this password")


def verify(password_hash: str | None, password: str) -> bool:
    """Check a password; an unknown person costs the same time as a known one."""
    with _SLOTS:
        try:
            return _HASHER.verify(password_hash or _NOBODY, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, email: str, name: str = "") -> Message | None:
    """Say why a new password will not do and how to make a good one, or None.

    As NIST 800-63B asks: long enough, none that is tried first (a list of 30,000 and of names,
    whatever its capitals, ends and disguise), none made of what is known of its owner.
    """
    if len(password) < MINIMUM:
        return Message("La password deve avere almeno {n} caratteri.", n=MINIMUM)
    if len(password) > MAXIMUM:
        return Message("La password può avere al massimo {n} caratteri.", n=MAXIMUM)
    why = _why(key(password), key(email), key(name))
    if why is None:
        return None
    return Message(
        "Questa password è troppo facile da indovinare: {why}. {good}", why=why, good=_GOOD
    )


def _why(typed: str, email: str, name: str) -> Message | None:
    if len(set(typed)) < 4:
        return Message("ripete pochi segni")
    if _NO_LETTER.fullmatch(typed):
        return Message("ha solo cifre e segni")
    if _is_own(typed, email, name):
        return Message("è fatta del tuo nome o del tuo indirizzo")
    if any(_known() & {each, _once(each)} for each in _cores(typed)):
        return Message("è fra quelle che si provano per prime, anche con cifre o segni attorno")
    return None


def _cores(typed: str) -> set[str]:
    """What a password may be without its ends, without what stands between, undisguised."""
    found: set[str] = set()
    for each in {typed, _BETWEEN.sub("", typed)}:
        first, last = _run(each), _run(each[::-1])
        found |= {
            each[begin : len(each) - end]
            for begin in range(min(first, _MOST_AT_AN_END) + 1)
            for end in range(min(last, _MOST_AT_AN_END) + 1)
        }
    return found | {each.translate(_DISGUISE) for each in found}


def _run(typed: str) -> int:
    """How many signs that are no letters a password begins with."""
    return next((n for n, sign in enumerate(typed) if sign.isalpha()), len(typed))


def _once(word: str) -> str:
    """What a word repeats, or the word."""
    return word[: (word + word).find(word, 1)] if word else word


def _is_own(typed: str, email: str, name: str) -> bool:
    """Whether little is left of a password without the words of a name and an address."""
    left = typed
    words = re.split(r"[\W\d_]+", f"{email} {name}")
    for word in sorted({each for each in words if len(each) >= 3}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != typed and len(re.sub(r"[\W\d_]", "", left)) < _LEFT


@cache
def _known() -> frozenset[str]:
    # Read when somebody chooses a password: it takes 13 MB and a tenth of a second.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return _OURS.union(*(FREQUENCY_LISTS[name] for name in _LISTS))

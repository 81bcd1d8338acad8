"""What a device is called in words: browsers name themselves in a riddle."""

from datetime import datetime

from kit.errors import Message
from kit.rome import to_rome

_A_WEEK = 7

# The first that is found counts: most browsers also claim to be those below.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
# What claims to be Android without being mobile is a tablet.
_SYSTEMS = (
    (("iPhone",), Message("iPhone")),
    (("iPad",), Message("iPad")),
    (("Android", "Mobile"), Message("telefono Android")),
    (("Android",), Message("tablet Android")),
    (("Windows",), Message("computer Windows")),
    (("Macintosh",), Message("Mac")),
    (("CrOS",), Message("Chromebook")),
    (("Linux",), Message("computer Linux")),
)
_UNKNOWN = Message("dispositivo sconosciuto")


def said(user_agent: str) -> Message:
    """Name device and browser as people know them; what is neither is unknown."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), None)
    system = next(
        (name for signs, name in _SYSTEMS if all(sign in user_agent for sign in signs)), None
    )
    if browser and system:
        return Message("{device}, con {browser}", device=system, browser=browser)
    return system or (Message("{name}", name=browser) if browser else _UNKNOWN)


def since(then: datetime, now: datetime) -> Message:
    """Say from which day something is so: since today, since yesterday."""
    day = to_rome(then).date()
    days = (to_rome(now).date() - day).days
    if days <= 0:
        return Message("da oggi")
    if days == 1:
        return Message("da ieri")
    if days < _A_WEEK:
        return Message("da {days} giorni", days=days)
    return Message("da {day}", day=day)

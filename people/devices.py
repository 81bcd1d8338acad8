"""What a device is called in words: browsers name themselves in a riddle."""

from kit.errors import Message

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
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def said(user_agent: str) -> Message:
    """Name browser and device as people know them; what is neither is unknown."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if browser and system:
        return Message("{browser} su {system}", browser=browser, system=system)
    known = browser or system
    return Message("{name}", name=known) if known else Message("dispositivo sconosciuto")

"""The fingerprint of a receipt: what its holder finds again in the published ranking."""

from datetime import datetime

from kit.canonical import instant_text, sha256


def fingerprint(code: str, received_at: datetime, requested: int, content_sha256: str) -> str:
    """SHA-256 of "protocol|instant|cents|SHA-256 of the content", as UTF-8.

    It stands for everything a ranking takes from an application besides the marks: who finds it
    there knows that number, instant (UTC) and sum are those of the receipt. The program that
    verifies a ranking computes it again for every row.
    """
    said = f"{code}|{instant_text(received_at)}|{requested}|{content_sha256}"
    return sha256(said.encode())

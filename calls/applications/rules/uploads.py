"""How much one person may upload on a day, whatever became of it."""

from datetime import date, datetime, time, timedelta

from kit.errors import Refused
from kit.rome import instant_from_local

A_DAY = 200 * 2**20
"""Bytes: twenty files of the largest size. An application has five, so each can be mended three
times; who fills the disk on purpose needs weeks, and is seen."""

_MIB = 2**20


def check_day(stored: int, day: date) -> None:
    """Raise Refused where more than `A_DAY` was stored on a day of Rome, this file counted."""
    if stored > A_DAY:
        raise Refused(
            "Con questo file oggi passeresti i {most} MB, il massimo che si carica in un giorno:"
            " non è stato aggiunto. Puoi caricarlo da {when}.",
            field="file",
            most=A_DAY // _MIB,
            when=next_day(day),
        )


def next_day(day: date) -> datetime:
    """The instant at which the day after begins in Rome."""
    return instant_from_local(datetime.combine(day + timedelta(days=1), time()))

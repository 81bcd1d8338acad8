"""The 113 municipalities of the province of Cremona.

Population: ISTAT; coordinates: GeoNames, CC BY 4.0 (degrees, WGS84).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kit.ordering import key

_FILE = Path(__file__).with_name("municipalities.csv")


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality; latitude and longitude are for drawing only, never compared."""

    istat_code: str
    name: str
    population: int
    lat: float
    lon: float


@cache
def _by_code() -> dict[str, Municipality]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            Municipality(
                row["istat_code"],
                row["name"],
                int(row["population"]),
                float(row["latitude"]),
                float(row["longitude"]),
            )
            for row in csv.DictReader(file)
        ]
    return {row.istat_code: row for row in rows}


def municipality(istat_code: str) -> Municipality | None:
    """Find a municipality by its ISTAT code."""
    return _by_code().get(istat_code)


def named(name: str) -> Municipality | None:
    """Find a municipality by its name, whatever its case and accents."""
    wanted = key(name.strip())
    return next((found for found in all_() if key(found.name) == wanted), None)


def all_() -> list[Municipality]:
    """All municipalities of the province by name."""
    return sorted(_by_code().values(), key=lambda found: key(found.name))

"""`python -m bench.who_is_known`: whether the time of an answer tells who is registered.

Asks for the same of known and of unknown addresses in turn, each from a network of its own, and
compares the two (Welch's t; beyond 4 or so an attacker sees it). No test: a busy machine has a
time of its own.
"""

import http.client
import math
import re
import statistics
import sys
from time import perf_counter
from urllib.parse import urlencode

from bench import place
from bench.place import Place

SAMPLES = 60
PATHS = ("/password-reset", "/register", "/sign-in")
_KEY = re.compile(r'name="key" value="([^"]*)"')


def welch(known: list[float], unknown: list[float]) -> float:
    """How far two means lie apart, in the unit of what chance would do."""
    error = math.sqrt(sum(statistics.variance(each) / len(each) for each in (known, unknown)))
    return (statistics.fmean(known) - statistics.fmean(unknown)) / error


def _time(found: Place, path: str, email: str, network: str) -> float:
    line = http.client.HTTPConnection("127.0.0.1", found.port, source_address=(network, 0))
    line.request("GET", path)
    key = _KEY.search(line.getresponse().read().decode())
    fields = {"email": email, "name": "Anna Bianchi", "password": "sbagliata-davvero"}
    body = urlencode({**fields, "key": key[1] if key else ""})
    began = perf_counter()
    line.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    answer.read()
    taken = perf_counter() - began
    line.close()
    if answer.status not in (200, 422):
        raise RuntimeError(
            f"{path}: {answer.status}" + (found.data / "web.log").read_text()[-3000:]
        )
    return taken * 1000


def _measured(found: Place, path: str, part: int) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    for n in range(SAMPLES + 5):
        for known, taken in enumerate(reversed(times)):
            name = "nota" if known else "ignota"
            network = f"127.{part + 1}.{known + 1}.{n + 1}"
            taken.append(_time(found, path, f"{name}{n}@esempio.it", network))
    return times[0][5:], times[1][5:]  # the first ones meet an empty cache


def main() -> int:
    """Print the comparison for each path."""
    with place.prepared() as found, place.database(found) as cluster:
        # Only now: what the house imports reads its settings from the environment.
        from kit import clock, db, migrate
        from people import passwords
        from people.tables.persons import Person

        migrate.upgrade(cluster.owner_url, cluster.app_url)
        db.configure(db.make_engine(cluster.app_url))
        hashed = passwords.hash_password("tre-cavalli-bianchi")
        with db.transaction() as session:
            for n in range(SAMPLES + 5):
                email, now = f"nota{n}@esempio.it", clock.now(session)
                person = Person(email=email, name="Anna", password_hash=hashed, created_at=now)
                session.add(person)
        found.start_web()
        for part, path in enumerate(PATHS):
            known, unknown = _measured(found, path, part)
            means = [f"{statistics.fmean(each):.2f} ms" for each in (known, unknown)]
            print(f"{path}: known {means[0]}, unknown {means[1]}, t = {welch(known, unknown):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

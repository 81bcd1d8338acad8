"""What is counted, by which name and labels; and that nothing is where meters are off."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine

from kit import meters
from tests.served import ROOT

FOLDER = meters.FOLDER_VARIABLE
COUNTING = """
import sqlite3
from sqlalchemy import QueuePool, create_engine
from sqlalchemy.exc import OperationalError
from kit import meters
meters.request_answered("GET", "/calls", 200, 0.03)
meters.request_answered("GET", "/calls", 200, 7)
meters.request_answered("GET", "/calls", 503, 60)
meters.requests_waiting(4)
meters.requests_waiting(3)
meters.request_turned_away()
engine = create_engine("sqlite://", poolclass=QueuePool)
meters.watch_pool(engine, 8)
held = engine.connect()
with engine.connect(), meters.job("kit.good"):
    pass
made = []
def connect():
    if made:
        raise sqlite3.OperationalError("gone")
    made.append(sqlite3.connect(":memory:"))
    return made[0]
lost = create_engine("sqlite://", poolclass=QueuePool, creator=connect)
meters.watch_pool(lost, 8)
with lost.connect() as cut:
    cut.invalidate()
try:
    lost.connect()
except OperationalError:
    pass
try:
    with meters.job("kit.bad"):
        raise ValueError("passes through")
except ValueError as error:
    print(error)
meters.jobs_waiting({"mail": 2, "documents": 5})
meters.jobs_waiting({"mail": 1, "documents": 0})
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
everything = CollectorRegistry()
multiprocess.MultiProcessCollector(everything)
print(generate_latest(everything).decode())
"""
CROWDED = """
import resource
from kit import meters
meters.request_answered("GET", "/calls", 200, 0.03)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
for number in range(2000):
    meters.request_answered("GET", f"/{number}", 200, 0.03)
with meters.job("kit.new"):
    print("done")
meters.jobs_waiting({"new": 1})
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for number in range(2000, 4000):
    meters.request_answered("GET", f"/{number}", 200, 0.03)
meters.request_answered("GET", "/calls", 200, 0.03)
"""
SILENT = """
import sys
from kit import meters
assert meters.ON is False
meters.request_answered("GET", "/", 200, 1.0)
meters.requests_waiting(1)
meters.request_turned_away()
meters.jobs_waiting({"mail": 1})
with meters.job("kit.good"):
    pass
assert "prometheus_client" not in sys.modules
"""


def run(code: str, folder: Path | None) -> str:
    """Run code in a process of its own, with meters kept in the folder or without any."""
    environment = {name: value for name, value in os.environ.items() if name != FOLDER}
    if folder is not None:
        environment[FOLDER] = str(folder)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_is_counted_under_its_name_and_labels(tmp_path):
    said = run(COUNTING, tmp_path).splitlines()
    assert "passes through" in said
    found = dict(line.rsplit(" ", 1) for line in said if line.startswith("farelegami"))
    calls = 'method="GET",route="/calls"'
    seconds = "farelegami_request_seconds"
    expected = {
        f'farelegami_requests_total{{{calls},status="200"}}': 2,
        f'farelegami_requests_total{{{calls},status="503"}}': 1,
        f'{seconds}_bucket{{le="0.025",{calls}}}': 0,
        f'{seconds}_bucket{{le="0.05",{calls}}}': 1,
        f'{seconds}_bucket{{le="10.0",{calls}}}': 2,
        f'{seconds}_bucket{{le="+Inf",{calls}}}': 3,
        "farelegami_requests_waiting": 3,
        "farelegami_requests_turned_away_total": 1,
        "farelegami_pool_size": 8,
        "farelegami_pool_in_use": 1,
        'farelegami_jobs_total{outcome="done",task="kit.good"}': 1,
        'farelegami_jobs_total{outcome="failed",task="kit.bad"}': 1,
        'farelegami_job_seconds_count{task="kit.bad"}': 1,
        'farelegami_jobs_waiting{queue="mail"}': 1,
        'farelegami_jobs_waiting{queue="documents"}': 0,
    }
    labelled = {ordered(name): float(value) for name, value in found.items()}
    assert {name: labelled.get(ordered(name)) for name in expected} == expected
    jobs = {name for name in found if name.startswith("farelegami_jobs_total")}
    assert len(jobs) == 2, "a job has one end"


def test_a_meter_for_which_there_is_no_room_fails_no_answer(tmp_path):
    """What was done would be answered as a fault of ours, for ever after."""
    said = run(CROWDED, tmp_path)
    assert "done" in said and said.count("OSError: [Errno 27]") == 1


def ordered(name: str) -> str:
    """A meter's name with its labels in the order of their names."""
    bare, _, labels = name.partition("{")
    return bare + ",".join(sorted(labels.rstrip("}").split(",")))


def test_where_meters_are_off_nothing_is_counted_nor_loaded(tmp_path):
    run(SILENT, None)
    engine = create_engine("sqlite://")
    assert meters.ON is False, "the tests themselves run without"
    meters.watch_pool(engine, 8)
    with engine.connect():
        pass

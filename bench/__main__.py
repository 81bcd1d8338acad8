"""`python -m bench --size S`: seed, serve, load, measure, and write the table.

`python -m bench crowd` and `python -m bench memory` do the same of what a crowd finds, and of what
stays in memory; they end with exit code 1 where a promise was broken.
"""

import argparse
import sys
from pathlib import Path

from bench import place

DOCS = place.ROOT / "docs"
RESULTS = place.ROOT / "bench" / "results" / "latest.jsonl"


def main() -> None:
    """Read the command line and run what it names."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("pages", "crowd", "memory"), default="pages")
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument(
        "--seconds", type=float, help="longest time of one measurement (4), or of the crowd (60)"
    )
    parser.add_argument("--times", type=float, default=5.0, help="of what can be served")
    parser.add_argument("--sends", type=int, default=300, help="applications sent by the crowd")
    parser.add_argument(
        "--prepared", type=float, default=30.0, help="seconds to prepare the crowd in"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the requests of memory")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--docs", type=Path, help="the document that gets the table")
    chosen = parser.parse_args()
    with place.prepared() as found:
        # Only now: what the house imports reads its settings from the environment.
        from bench import crowd, memory, run

        if chosen.what == "pages":
            docs = chosen.docs or DOCS / "performance.md"
            run.bench(found, chosen.size, chosen.seconds or 4.0, chosen.results, docs)
            return
        if chosen.what == "crowd":
            wanted = crowd.Wanted(
                chosen.seconds or 60.0, chosen.times, chosen.sends, chosen.prepared
            )
            verdict = crowd.run(found, wanted)
        else:
            verdict = memory.run(found, chosen.share)
        verdict.write(chosen.docs or DOCS / "reliability.md", chosen.what)
        sys.exit(0 if verdict.good else 1)


if __name__ == "__main__":
    main()

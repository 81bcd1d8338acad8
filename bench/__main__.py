"""`python -m bench --size S`: seed, serve, load, measure, and write the table."""

import argparse
from pathlib import Path

from bench import place

DOCS = place.ROOT / "docs" / "performance.md"
RESULTS = place.ROOT / "bench" / "results" / "latest.jsonl"


def main() -> None:
    """Read the command line and run one size."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="longest time of one measurement"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--docs", type=Path, default=DOCS)
    chosen = parser.parse_args()
    with place.prepared() as found:
        # Only now: what the house imports reads its settings from the environment.
        from bench import run

        run.bench(found, chosen.size, chosen.seconds, chosen.results, chosen.docs)


if __name__ == "__main__":
    main()

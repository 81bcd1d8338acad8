"""`python -m kit.assets build`: install the interface packages and bundle them."""

import sys
import time

from kit.assets.build import build
from kit.assets.packages import BuildFailed, install


def main(arguments: list[str]) -> int:
    """Build the assets if something changed; 1 and a plain sentence if that cannot be done."""
    if arguments != ["build"]:
        print("usage: python -m kit.assets build", file=sys.stderr)
        return 2
    start = time.perf_counter()
    try:
        installed = install()
        made = build()
    except BuildFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    if installed or made:
        print(f"Interface assets built in {time.perf_counter() - start:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

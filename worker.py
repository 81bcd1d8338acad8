"""The door for jobs: runs what the houses queue, and their timers."""

import asyncio

import calls.jobs  # noqa: F401 - each house registers its tasks
import community.jobs  # noqa: F401
import market.jobs  # noqa: F401
import people.jobs  # noqa: F401
from kit.run import runners

if __name__ == "__main__":
    asyncio.run(runners.main())

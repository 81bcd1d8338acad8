"""Serve the application on a port or on a listener that is open already, one way everywhere.

`python -m kit.run.serve --port 8000 --workers 2`. With `--behind-proxy` the word of the proxies in
FORWARDED_ALLOW_IPS is believed about who asks, and connections are left to them to count.
"""

import argparse
from collections.abc import Sequence

import uvicorn

from kit.http.line import Line

# How long a request that is in service may still take when the server is stopped.
LAST_WORDS_S = 10


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    asked = _parser().parse_args(arguments)
    uvicorn.run(
        "app:create_app",
        factory=True,
        host=asked.host,
        port=asked.port,
        fd=asked.fd,
        workers=asked.workers,
        http=Line,
        ws="none",
        access_log=False,
        server_header=False,
        proxy_headers=asked.behind_proxy,
        timeout_graceful_shutdown=LAST_WORDS_S,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kit.run.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="a listening socket that this process inherits")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--behind-proxy", action="store_true")
    return parser


if __name__ == "__main__":
    main()

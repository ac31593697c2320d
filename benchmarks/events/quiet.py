"""Tessera with NOTIFY cut off: the same application without wake-ups.

DATABASE_URL=… TESSERA_JWT_KEYS=… PORT=… python -m benchmarks.events.quiet WORKERS
"""

import sys
from typing import Any

from graphql_api.serving import serve_until_stopped
from graphql_api.settings import Settings
from graphql_api.subscriptions import hub
from graphql_api.subscriptions.tailer import Tailer


class QuietTailer(Tailer):
    """A tailer that only polls."""

    def __init__(self, *wiring: Any) -> None:
        super().__init__(*wiring)
        self.wakes = False


# Also in each worker, which imports this module first.
hub.Tailer = QuietTailer  # type: ignore[attr-defined,assignment] # this is the whole difference


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings(workers=int(sys.argv[1]))
    if settings.database_url is None:
        raise SystemExit("Set DATABASE_URL.")
    serve_until_stopped(settings, settings.database_url.get_secret_value())


if __name__ == "__main__":
    main()

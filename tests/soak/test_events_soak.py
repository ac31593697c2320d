"""No event is lost or out of order while writers commit out of order and subscribers reconnect.

The short version of `make soak`, against a real server of several processes. Naive polling of the same outbox must fail
the same check, or the check could not fail at all.
"""

import asyncio
from pathlib import Path

import pytest

from benchmarks.events.place import fresh_place
from benchmarks.events.servers import serving
from benchmarks.events.soak import Outcome, Size, Soak
from benchmarks.events.verdict import Verdict
from tests.support.databases import migrated_template
from tests.support.nursery import forked

pytestmark = pytest.mark.long

SIZE = Size(events=600, subscribers=8, hold=0.1, life=1.0, limit=120, arrival_timeout_s=60)


def test_every_subscriber_ends_with_everything_in_order_and_naive_polling_does_not(
    server_url: str, worker_id: str, tmp_path: Path
) -> None:
    outcome = soaked(server_url, f"soak_{worker_id}", tmp_path / "serve.log")
    assert (outcome.events, outcome.subscribers, outcome.complete) == (600, 8, 8)
    assert outcome.verdict == Verdict(repeated=outcome.verdict.repeated)
    # Both subscribers of a scheme get every event of that scheme.
    assert outcome.deliveries == 2 * 600 + outcome.verdict.repeated
    assert outcome.connections > outcome.subscribers
    often, seldom = outcome.naive
    assert (often.lost > 0, often.good) == (True, False)
    assert (seldom.lost > 0, seldom.good) == (True, False)


def soaked(server_url: str, database: str, log: Path) -> Outcome:
    """Run the soak test against a server with its own database."""
    command = ["tests.support.forked_server", "serve", "--workers", "2"]
    with (
        fresh_place(server_url, database, 4, migrated_template(server_url)) as place,
        serving(place, workers=2, command=command, log=log, launch=forked) as (_, address),
    ):
        return asyncio.run(Soak(place=place, address=address, size=SIZE, say=print, seed=1).run())

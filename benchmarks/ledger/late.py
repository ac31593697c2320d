"""A sale that arrives late: it is sold before 2,000 lines of the same ECP, all of which are valued again."""

import asyncio
import time
from datetime import timedelta
from typing import Final

from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import Place
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.client import Caller
from benchmarks.ledger.recording import LINES_A_SALE, SALES_A_CALL, Sales, prepare, serving
from benchmarks.servers import Server
from domain.permissions import Role
from graphql_api.context import utc_now

LATER_LINES: Final = 2_000
_GOAL_MS: Final = 100.0


def measure_late(place: Place, rounds: int) -> tuple[list[Line], dict[str, object]]:
    """Record the later lines, and then a sale before all of them, several times."""
    ecps = asyncio.run(prepare(place, rounds + 2, generous=False))
    with serving(place, "ledger late") as (server, signer):
        token = signer.token(place.viewer(Role.INTEGRATION).account_id)
        taken, used = [], []
        for number, ecp in enumerate(ecps):
            later = Sales([ecp], f"later {number}")
            late = Sales([ecp], f"late {number}", began=utc_now() - timedelta(days=20))
            calls = [later.call() for _ in range(LATER_LINES // LINES_A_SALE // SALES_A_CALL)]
            elapsed, cpu = asyncio.run(_record_late(place, server, token, [*calls, late.call(1)]))
            taken.append(elapsed)
            used.append(cpu)
    # The first ones warm up.
    lines = [
        line_of(f"a late sale before {LATER_LINES:,} lines", "ms", taken[2:], _GOAL_MS),
        line_of(f"a late sale before {LATER_LINES:,} lines: CPU of both", "ms", used[2:]),
    ]
    return lines, {"milliseconds": taken}


async def _record_late(place: Place, server: Server, token: str, calls: list[bytes]) -> tuple[float, float]:
    elapsed = cpu = 0.0
    async with Caller(server.port) as caller:
        for content in calls:
            before = cpu_ms(server.process.pid), backends_cpu_ms(place.postmaster)
            began = time.perf_counter()
            payload = (await caller.post(token, content))["recordSales"]
            elapsed = 1000 * (time.perf_counter() - began)
            cpu = cpu_ms(server.process.pid) - before[0] + used_since(before[1], backends_cpu_ms(place.postmaster))
            outcomes = {result["outcome"] for result in payload["results"]}
            assert outcomes == {"RECORDED"}, payload
    return elapsed, cpu

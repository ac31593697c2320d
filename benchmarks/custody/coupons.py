"""Generating ten million coupons, downloading their codes as a file, and checking one code."""

import asyncio
import contextlib
import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from benchmarks.custody.acting import Actors
from benchmarks.custody.cpu import cpu_ms
from benchmarks.custody.place import LOGS, SECRETS, Place, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.custody.schemes import approved_scheme
from benchmarks.events.processes import memory_kb
from benchmarks.floor_reads import global_id
from benchmarks.servers import Credentials, Server, Signer, our_command, running
from domain.coupons.keys import CouponKeys
from domain.permissions import Role

COUPONS: Final = 10_000_000
_GENERATING_GOAL_S: Final = 1.0
_CODES_GOAL: Final = 300_000.0
_GROWTH_GOAL_MB: Final = 20.0
_CHECKING_GOAL_US: Final = 10.0
_CHECKED: Final = 20_000
_READ: Final = 256 * 1024
_GENERATE: Final = """
mutation GenerateCoupons($input: GenerateCouponsInput!) {
  generateCoupons(input: $input) { errors { code message } }
}
"""
_REQUEST: Final = """
mutation RequestCodeDownload($input: RequestCodeDownloadInput!) {
  requestCodeDownload(input: $input) { url rowCount errors { code message } }
}
"""
_ROWS: Final = "SELECT (SELECT count(*) FROM coupon_run) + (SELECT count(*) FROM scheme_activity)"


def measure_coupons(
    place: Place, rounds: int, coupons: int = COUPONS, downloaded: int = COUPONS // 5
) -> tuple[list[Line], dict[str, object]]:
    """Generate through the resolvers and over HTTP, and download with a link as a browser does."""
    generated, rows = asyncio.run(_generate(place, rounds, coupons))
    lines = [
        line_of(f"generate {coupons:,} coupons", "s", generated, _GENERATING_GOAL_S),
        Line("rows that this adds", rows, ""),
    ]
    with _serving(place) as server:
        lines += _over_http(place, server, rounds, coupons, downloaded)
    checked = [_check_codes() for _ in range(rounds)]
    lines.append(line_of("check a code", "µs", checked, _CHECKING_GOAL_US))
    return lines, {}


async def _generate(place: Place, rounds: int, coupons: int) -> tuple[list[float], int]:
    taken, rows = [], 0
    connection = await asyncpg.connect(place.owner_url)
    async with opened(place) as environment:
        actors = Actors(environment, place)
        for number in range(rounds):
            scheme_id = await approved_scheme(environment, place, f"Ten Million {number}", (coupons,))
            before = await connection.fetchval(_ROWS)
            began = time.perf_counter()
            await actors.generate(scheme_id)
            taken.append(time.perf_counter() - began)
            rows = await connection.fetchval(_ROWS) - before
    await connection.close()
    return taken, rows


@contextlib.contextmanager
def _serving(place: Place) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="tessera-custody-") as folder:
        signer = Signer(Path(folder))
        credentials = Credentials(signer.keys, signer.token(place.viewer(Role.OPERATIONS).account_id))
        command, log = our_command("tessera"), LOGS / "custody coupons.log"
        with running("tessera", command, place.url, credentials, log, settings=SECRETS) as server:
            yield server


def _over_http(place: Place, server: Server, rounds: int, coupons: int, downloaded: int) -> list[Line]:
    generating, speeds, growth = [], [], []
    for number in range(rounds):
        scheme_id = asyncio.run(_scheme(place, f"Over HTTP {number}", coupons))
        began = time.perf_counter()
        _ask(server, "generateCoupons", _GENERATE, {"schemeId": global_id("sch", scheme_id)})
        generating.append(time.perf_counter() - began)
        consignment_id = asyncio.run(_consignment(place, scheme_id, downloaded))
        found = _ask(server, "requestCodeDownload", _REQUEST, {"consignmentId": global_id("con", consignment_id)})
        memory, cpu = memory_kb(server.process.pid), cpu_ms(server.process.pid)
        highest = _download(server, found["url"], downloaded)
        speeds.append(1000 * downloaded / (cpu_ms(server.process.pid) - cpu))
        growth.append((highest - memory) / 1024)
    return [
        line_of(f"generate {coupons:,} coupons over HTTP", "s", generating, _GENERATING_GOAL_S),
        line_of("codes as CSV over HTTP, each second of CPU of the server", "", speeds, _CODES_GOAL, at_least=True),
        # The first download fills caches; the last one shows whether memory grows with what is downloaded.
        line_of(f"memory growth while {downloaded:,} codes are downloaded", "MB", growth[-1:], _GROWTH_GOAL_MB),
    ]


async def _scheme(place: Place, title: str, coupons: int) -> UUID:
    async with opened(place) as environment:
        return await approved_scheme(environment, place, title, (coupons,))


async def _consignment(place: Place, scheme_id: UUID, quantity: int) -> UUID:
    async with opened(place) as environment:
        return await Actors(environment, place).create(scheme_id, place.catalog.chain(), quantity)


def _ask(server: Server, field: str, document: str, given: dict[str, Any]) -> dict[str, Any]:
    status, answer = server.post(orjson.dumps({"query": document, "variables": {"input": given}}))
    payload: dict[str, Any] = orjson.loads(answer)["data"][field]
    assert status == 200, answer  # noqa: PLR2004 - OK
    assert not payload["errors"], answer
    return payload


def _download(server: Server, url: str, codes: int) -> int:
    """Read the file and return the most memory that the server had meanwhile, in kilobytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    highest = lines = received = 0
    try:
        connection.request("GET", url)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()  # noqa: PLR2004 - OK
        while chunk := answer.read(_READ):
            lines += chunk.count(b"\n")
            received += 1
            if received % 50 == 0:
                highest = max(highest, memory_kb(server.process.pid))
    finally:
        connection.close()
    assert lines >= codes, lines
    return max(highest, memory_kb(server.process.pid))


def _check_codes() -> float:
    """Microseconds of CPU for each code, with the most keys that a server may have and the code made by the oldest."""
    keys = CouponKeys({number: bytes([number]) * 32 for number in range(1, 5)})
    codes = [keys.write(serial, 1) for serial in range(_CHECKED)]
    began = time.process_time()
    for code in codes:
        keys.read(code)
    return 1e6 * (time.process_time() - began) / len(codes)

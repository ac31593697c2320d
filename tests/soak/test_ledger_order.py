"""Whatever the order of arrival, every line is worth what a plain fold in canonical order says (R21, R22, N6).

Sales with corrections and returns arrive three times over, shuffled, from several callers at once. `make soak-ledger`
runs it with 100,000 sales, and kills the workers of the server half way.
"""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from benchmarks.custody.place import SECRETS, opened
from benchmarks.events.servers import workers_of
from benchmarks.ledger.client import Caller, CallFailed, body
from benchmarks.ledger.place import CURRENCY, SKUS, Ecp
from benchmarks.servers import Credentials, Signer, our_command, running
from db.database import Database
from domain.permissions import Role
from domain.sales.facts import IngestMode, SaleOutcome
from domain.sales.reports import ReportedLine, ReportedSale
from graphql_api.context import utc_now
from graphql_api.settings import Settings
from resolvers.sales.record_sales import RecordSales, record_sales
from tests.fixtures import LiveServer
from tests.support.databases import copied_url
from tests.support.ledger_input import InputSale, count_at_last, draw_input
from tests.support.ledger_order import SOURCE, OrderSize, OrderWorld, make_world
from tests.support.ledger_results import balances_of, expect_worth, read_balances, read_results, worth

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SIZE: Final = (
    OrderSize(sales=100_000, ecps=2_000, a_call=500, shared=400_009, budget=1_000_003)
    if SOAKS
    else OrderSize(sales=200, ecps=8, a_call=30, shared=801, budget=2_003)
)
CALLERS: Final = 4
# The source of the same sales in canonical order.
IN_ORDER: Final = "tills in order"
_PATIENCE: Final = 600

Kill = Callable[[], None]
# The port of a server, the token of the integration, and what kills the workers.
Serving = tuple[int, str, Kill]


@pytest.fixture
async def world(server_url: str, worker_id: str) -> AsyncIterator[OrderWorld]:
    """A database of its own."""
    async with copied_url(server_url, f"order_{worker_id}_{os.getpid()}") as url:
        yield await make_world(url, SIZE)


async def test_shuffled_sales_are_worth_what_a_fold_in_canonical_order_says(world: OrderWorld, tmp_path: Path) -> None:
    until = utc_now().replace(second=0, microsecond=0) - timedelta(hours=1)
    inputs = draw_input(1, sales=SIZE.sales, ecps=SIZE.ecps, variants=len(SKUS), until=until)
    repeated = [sale for sale in inputs for _ in range(3)]
    random.Random(2).shuffle(repeated)  # noqa: S311 - no secret
    serving = _serving_workers if SOAKS else _serving_here
    async with serving(world, tmp_path) as (port, token, kill):
        await _deliver(world, repeated, lambda: Caller(port), token=token, kill=kill)

    final, codes = count_at_last(inputs), [ecp.code for ecp in world.ecps]
    for name, (scheme_id, scheme) in world.schemes.items():
        found = await read_results(world.url, scheme, scheme_id)
        assert worth(found) == expect_worth(final, codes, scheme, found), name
        expected = {code: points for code, points in balances_of(found).items() if points}
        balances = await read_balances(world.url, scheme_id)
        assert {code: points for code, points in balances.items() if points} == expected
    await _check_pools(world)

    # Every correction follows the sale that it corrects.
    await _record(world, sorted(inputs, key=lambda sale: (sale.revision, sale.sold_at, sale.external_id)))
    scheme_id, scheme = world.schemes["orderly"]
    in_order = await read_results(world.url, replace(scheme, source=IN_ORDER), scheme_id)
    shuffled = await read_results(world.url, scheme, scheme_id)
    assert _by_number(worth(shuffled), world.ecps) == _by_number(worth(in_order), world.others)


async def _check_pools(world: OrderWorld) -> None:
    """More was earned than the limit and the budget, so they must be used up, and never exceeded."""
    pooled = await read_results(world.url, world.schemes["pooled"][1], world.schemes["pooled"][0])
    assert sum(found.points[0] for found in pooled.values()) == SIZE.shared
    budgeted = await read_results(world.url, world.schemes["budgeted"][1], world.schemes["budgeted"][0])
    assert sum(found.total for found in budgeted.values()) == SIZE.budget


def _by_number(found: dict[Any, Any], ecps: Sequence[Ecp]) -> dict[tuple[int, str, int], Any]:
    numbers = {ecp.code: number for number, ecp in enumerate(ecps)}
    return {(numbers[code], external_id, position): value for (code, external_id, position), value in found.items()}


async def _record(world: OrderWorld, sales: Sequence[InputSale]) -> None:
    """Record the sales for the other ECPs in this order, one call after the other."""
    codes = [ecp.code for ecp in world.others]
    async with opened(world.place) as environment:
        for first in range(0, len(sales), SIZE.a_call):
            reported = [_reported(sale, codes) for sale in sales[first : first + SIZE.a_call]]
            operation = environment.operation(world.place.viewer(Role.INTEGRATION))
            report = await record_sales(operation, RecordSales(IN_ORDER, IngestMode.ALL_OR_NOTHING, reported))
            await operation.close()
            assert {result.outcome for result in report.results} <= {SaleOutcome.RECORDED, SaleOutcome.CORRECTED}


def _reported(sale: InputSale, codes: Sequence[str]) -> ReportedSale:
    return ReportedSale(
        external_id=sale.external_id,
        ecp_code=codes[sale.ecp],
        sold_at=sale.sold_at,
        lines=tuple(
            ReportedLine(
                sku=SKUS[line.variant], quantity=line.quantity, unit_price=Decimal(line.price), currency=CURRENCY
            )
            for line in sale.lines
        ),
        revision=sale.revision,
        returns_external_id=sale.returns,
    )


async def _deliver(
    world: OrderWorld, sales: Sequence[InputSale], connect: Callable[[], Caller], *, token: str, kill: Kill
) -> None:
    """Send all sales, each call again until it is answered; kill the workers half way."""
    codes = [ecp.code for ecp in world.ecps]
    calls = [
        body(
            "RecordSales",
            {
                "source": SOURCE,
                "mode": "EACH_ON_ITS_OWN",
                "sales": [sale.given(codes, SKUS, CURRENCY) for sale in sales[first : first + SIZE.a_call]],
            },
        )
        for first in range(0, len(sales), SIZE.a_call)
    ]
    waiting = iter(enumerate(calls))

    async def send() -> None:
        async with connect() as caller:
            for number, content in waiting:
                if number == len(calls) // 2:
                    kill()
                payload = await _post(caller, token, content)
                outcomes = {result["outcome"] for result in payload["results"]}
                assert outcomes <= {"RECORDED", "CORRECTED", "DUPLICATE", "PARKED"}, payload

    await asyncio.gather(*(send() for _ in range(CALLERS)))


@contextlib.asynccontextmanager
async def _serving_workers(world: OrderWorld, folder: Path) -> AsyncIterator[Serving]:
    """A server with two workers, which can be killed."""
    signer = Signer(folder)
    settings = {**SECRETS, "TESSERA_LOG_LEVEL": "warning"}
    command = [*our_command("tessera"), "--workers", "2"]
    credentials = Credentials(signer.keys, "")
    with running("tessera", command, world.place.url, credentials, folder / "log", settings=settings) as server:

        def kill() -> None:
            for pid in workers_of(server):
                os.kill(pid, signal.SIGKILL)

        yield server.port, _token(world, signer), kill


@contextlib.asynccontextmanager
async def _serving_here(world: OrderWorld, folder: Path) -> AsyncIterator[Serving]:
    """A server in this process, which starts at once: the test of the bank kills workers also when it is short."""
    signer = Signer(folder)
    database = await Database.connect(world.place.url, pool_size=8)
    settings = Settings(env="production", jwt_keys=signer.keys, data_dir=folder, jobs=0)
    server = LiveServer(database, settings)
    async with server.running():
        yield int(server.address.rpartition(":")[2]), _token(world, signer), lambda: None


def _token(world: OrderWorld, signer: Signer) -> str:
    return signer.token(world.place.viewer(Role.INTEGRATION).account_id)


async def _post(caller: Caller, token: str, content: bytes) -> dict[str, Any]:
    for _ in range(_PATIENCE):
        try:
            payload: dict[str, Any] = (await caller.post(token, content))["recordSales"]
        except CallFailed as failed:
            if "INTERNAL_SERVER_ERROR" in str(failed):
                # A bug of ours is no reason to try again.
                raise
            await asyncio.sleep(0.05)
        else:
            assert not payload["errors"], payload["errors"]
            return payload
    raise AssertionError("the server does not answer")

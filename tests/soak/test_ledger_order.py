"""Whatever the order of arrival, every line is worth what a plain fold in canonical order says (R21, R22, N6).

Sales with corrections and returns arrive three times over, shuffled, from several callers at once, and the workers of
the server are killed half way. `make soak-ledger` runs it with 100,000 sales.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
from msgspec import Struct
from uuid_utils.compat import uuid7

from benchmarks.custody.place import SECRETS, Place, fill_place, opened
from benchmarks.events.servers import workers_of
from benchmarks.ledger.client import Caller, CallFailed, body
from benchmarks.ledger.place import BEGAN, CURRENCY, SKUS, Ecp, SchemeTerms, add_members, begun_scheme
from benchmarks.servers import Credentials, Server, Signer, our_command, running
from domain.permissions import Role
from domain.rules.model import (
    AllOf,
    BonusRule,
    FlatPoints,
    PercentOfBase,
    PointsPerUnit,
    QuantityClause,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.sales.facts import IngestMode, SaleOutcome
from domain.sales.reports import ReportedLine, ReportedSale
from graphql_api.context import utc_now
from resolvers.sales.record_sales import RecordSales, record_sales
from tests.support.application import application_url
from tests.support.databases import copied_url
from tests.support.ledger_input import InputSale, count_at_last, draw_input
from tests.support.ledger_oracle import OracleEarner
from tests.support.ledger_results import (
    OracleScheme,
    balances_of,
    expect_worth,
    read_balances,
    read_results,
    worth,
)

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SALES: Final = 100_000 if SOAKS else 200
ECPS: Final = 2_000 if SOAKS else 8
A_CALL: Final = 500 if SOAKS else 60
CALLERS: Final = 4
BASE: Final = 3
SOURCE: Final = "tills"
SHARED: Final = 400_009 if SOAKS else 801
BUDGET: Final = 1_000_003 if SOAKS else 2_003
_PATIENCE: Final = 600


class World(Struct, frozen=True):
    """A database with three schemes, their rules, and the ECPs, in a fixed order."""

    place: Place
    url: str
    ecps: Sequence[Ecp]
    schemes: dict[str, tuple[UUID, OracleScheme]]


@pytest.fixture
async def shuffled(server_url: str, worker_id: str) -> AsyncIterator[World]:
    """A database for sales that arrive in any order."""
    async with copied_url(server_url, f"shuffled_{worker_id}_{os.getpid()}") as url:
        yield await _world(url)


@pytest.fixture
async def ordered(server_url: str, worker_id: str) -> AsyncIterator[World]:
    """A database for the same sales in canonical order."""
    async with copied_url(server_url, f"ordered_{worker_id}_{os.getpid()}") as url:
        yield await _world(url)


async def test_shuffled_sales_are_worth_what_a_fold_in_canonical_order_says(
    shuffled: World, ordered: World, tmp_path: Path
) -> None:
    until = utc_now().replace(second=0, microsecond=0) - timedelta(hours=1)
    inputs = draw_input(1, sales=SALES, ecps=ECPS, variants=len(SKUS), until=until)
    repeated = [sale for sale in inputs for _ in range(3)]
    random.Random(2).shuffle(repeated)  # noqa: S311 - no secret
    await _deliver(shuffled, repeated, tmp_path)
    # Every correction follows the sale that it corrects.
    await _record(ordered, sorted(inputs, key=lambda sale: (sale.revision, sale.sold_at, sale.external_id)))

    final, codes = count_at_last(inputs), [ecp.code for ecp in shuffled.ecps]
    for name, (scheme_id, scheme) in shuffled.schemes.items():
        found = await read_results(shuffled.url, scheme, scheme_id)
        assert worth(found) == expect_worth(final, codes, scheme, found), name
        expected = {code: points for code, points in balances_of(found).items() if points}
        assert {
            key: value for key, value in (await read_balances(shuffled.url, scheme_id)).items() if value
        } == expected
    await _check_pools(shuffled)

    (mine, scheme), (theirs, _) = shuffled.schemes["orderly"], ordered.schemes["orderly"]
    by_place = {ecp.code: number for number, ecp in enumerate(shuffled.ecps)}
    other = {ecp.code: number for number, ecp in enumerate(ordered.ecps)}
    assert _by_number(worth(await read_results(shuffled.url, scheme, mine)), by_place) == _by_number(
        worth(await read_results(ordered.url, scheme, theirs)), other
    )


async def _check_pools(world: World) -> None:
    """More was earned than the limit and the budget, so they must be used up, and never exceeded."""
    pooled = await read_results(world.url, world.schemes["pooled"][1], world.schemes["pooled"][0])
    assert sum(found.points[0] for found in pooled.values()) == SHARED
    budgeted = await read_results(world.url, world.schemes["budgeted"][1], world.schemes["budgeted"][0])
    assert sum(found.total for found in budgeted.values()) == BUDGET


def _by_number(found: dict[Any, Any], numbers: dict[str, int]) -> dict[tuple[int, str, int], Any]:
    return {(numbers[code], external_id, position): value for (code, external_id, position), value in found.items()}


async def _record(world: World, sales: Sequence[InputSale]) -> None:
    """Record the sales in this order, one call after the other."""
    codes = [ecp.code for ecp in world.ecps]
    async with opened(world.place) as environment:
        for first in range(0, len(sales), A_CALL):
            reported = [_reported(sale, codes) for sale in sales[first : first + A_CALL]]
            operation = environment.operation(world.place.viewer(Role.INTEGRATION))
            report = await record_sales(operation, RecordSales(SOURCE, IngestMode.ALL_OR_NOTHING, reported))
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


async def _deliver(world: World, sales: Sequence[InputSale], folder: Path) -> None:
    """Send all sales, each call again until it is answered; kill the workers half way."""
    codes = [ecp.code for ecp in world.ecps]
    calls = [
        body(
            "RecordSales",
            {
                "source": SOURCE,
                "mode": "EACH_ON_ITS_OWN",
                "sales": [sale.given(codes, SKUS, CURRENCY) for sale in sales[first : first + A_CALL]],
            },
        )
        for first in range(0, len(sales), A_CALL)
    ]
    signer = Signer(folder)
    token = signer.token(world.place.viewer(Role.INTEGRATION).account_id)
    settings = {**SECRETS, "TESSERA_LOG_LEVEL": "warning"}
    command = [*our_command("tessera"), "--workers", "2"]
    credentials = Credentials(signer.keys, "")
    with running("tessera", command, world.place.url, credentials, folder / "log", settings=settings) as server:
        waiting = iter(enumerate(calls))
        await asyncio.gather(*(_call(server, token, waiting, len(calls) // 2) for _ in range(CALLERS)))


async def _call(server: Server, token: str, waiting: Any, killing: int) -> None:
    async with Caller(server.port) as caller:
        for number, content in waiting:
            if number == killing:
                for pid in workers_of(server):
                    os.kill(pid, signal.SIGKILL)
            payload = await _post(caller, token, content)
            outcomes = {result["outcome"] for result in payload["results"]}
            assert outcomes <= {"RECORDED", "CORRECTED", "DUPLICATE", "PARKED"}, payload


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


async def _world(url: str) -> World:
    place = await fill_place(url, application_url(url))
    tier = TierClause(at_least=place.catalog.tier_id)
    terms = {
        "orderly": SchemeTerms(title="Orderly Scheme", rules=_orderly_rules(place), base_points=BASE),
        "pooled": SchemeTerms(
            title="Pooled Scheme",
            rules=(_rule("Shared", tier, PointsPerUnit(7), RuleLimits(points_in_total=SHARED)),),
            base_points=BASE,
        ),
        "budgeted": SchemeTerms(
            title="Budgeted Scheme",
            rules=(_rule("On top", tier, FlatPoints(5)),),
            base_points=BASE,
            budget=BUDGET,
        ),
    }
    async with opened(place) as environment:
        ids = {name: await begun_scheme(environment, place, some) for name, some in terms.items()}
        ecps = await add_members(environment, place, list(ids.values()), ECPS)
    product_id, category_id = await _product_of(url)
    schemes = {
        name: (
            ids[name],
            OracleScheme(
                rules=some.rules,
                base_points=BASE,
                earner=_earner(place),
                variant_ids=place.catalog.variant_ids,
                product_id=product_id,
                category_id=category_id,
                source=SOURCE,
            ),
        )
        for name, some in terms.items()
    }
    return World(place, url, ecps, schemes=schemes)


def _orderly_rules(place: Place) -> tuple[BonusRule, ...]:
    """Rules that depend on the order of lines: volumes, limits for each ECP, and a group."""
    catalog = place.catalog
    tier = TierClause(at_least=catalog.tier_id)
    month = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 25)
    value = VolumeClause(VolumeMeasure.VALUE, VolumePeriod.WEEK, 300, variant_ids=catalog.variant_ids[:2])
    return (
        _rule("Regulars", AllOf((tier, month)), PointsPerUnit(2), RuleLimits(points_per_ecp_per_month=61)),
        _rule("Spenders", value, PercentOfBase(Decimal("12.5")), group="one"),
        _rule("Cases", QuantityClause(at_least=6), Slabs((Slab(6, 1), Slab(10, 2))), group="one"),
        _rule("Five times", tier, FlatPoints(11), RuleLimits(times_per_ecp=5, points_per_ecp=40)),
    )


def _rule(
    name: str, condition: Any, reward: Any, limits: RuleLimits | None = None, *, group: str | None = None
) -> BonusRule:
    return BonusRule(
        id=uuid7(),
        name=name,
        condition=condition,
        reward=reward,
        limits=limits or RuleLimits(),
        exclusive_group=group,
    )


def _earner(place: Place) -> OracleEarner:
    return OracleEarner(
        tier_id=place.catalog.tier_id,
        geography_path=(place.catalog.geography_id,),
        enrolled_at=utc_now() - timedelta(days=BEGAN + 1),
        currency=CURRENCY,
        tier_ranks={place.catalog.tier_id: 1},
    )


async def _product_of(url: str) -> tuple[UUID, UUID]:
    connection = await asyncpg.connect(url)
    try:
        (row,) = await connection.fetch("SELECT id, category_id FROM product")
    finally:
        await connection.close()
    return row["id"], row["category_id"]

"""A simulation is worth what posting the same sales was worth, to the point, pools included (N7).

One caller records sales, of which some are late, corrected, or returned; the ledger is the oracle. `make soak-ledger`
runs it with 20,000 lines.
"""

import os
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from benchmarks.custody.place import opened
from benchmarks.ledger.place import CURRENCY, SKUS
from domain.permissions import Role
from domain.sales.facts import IngestMode, SaleOutcome
from domain.sales.reports import ReportedLine, ReportedSale
from graphql_api.context import utc_now
from resolvers.sales.record_sales import RecordSales, record_sales
from tests.support.databases import copied_url
from tests.support.ledger_input import InputSale, draw_input
from tests.support.ledger_order import SOURCE, OrderSize, OrderWorld, make_world
from tests.support.ledger_results import balances_of, read_results
from tests.support.simulations import MANAGER, simulated

pytestmark = [pytest.mark.long, pytest.mark.process]

# Two lines a sale on average, and about half of what would be earned without pools.
_SALES: Final = 10_000 if "TESSERA_SOAK" in os.environ else 300
SIZE: Final = OrderSize(sales=_SALES, ecps=_SALES // 25, a_call=40, shared=_SALES * 40 + 9, budget=_SALES * 20 + 3)


@pytest.fixture
async def world(server_url: str, worker_id: str) -> AsyncIterator[OrderWorld]:
    """A database of its own."""
    async with copied_url(server_url, f"simulated_{worker_id}_{os.getpid()}") as url:
        yield await make_world(url, SIZE)


async def test_a_simulation_equals_what_was_posted(world: OrderWorld) -> None:
    until = utc_now().replace(second=0, microsecond=0) - timedelta(hours=1)
    inputs = draw_input(1, sales=SIZE.sales, ecps=SIZE.ecps, variants=len(SKUS), until=until)
    await _record(world, _nearly_in_order(inputs))
    last = utc_now().date()
    for name, (scheme_id, scheme) in world.schemes.items():
        posted = await read_results(world.url, scheme, scheme_id)
        async with opened(world.place) as environment:
            viewer = world.place.viewer(MANAGER)
            found = await simulated(environment, viewer, scheme_id, last - timedelta(days=100), last)
        total = sum(balances_of(posted).values())
        assert found.examples == (), (name, found.examples[:2], found.points, found.live_points)
        assert (found.points, found.live_points) == (total, total), name
        assert (found.gaining, found.losing) == (0, 0), name
        sums = [sum(line.points[at] for line in posted.values()) for at in range(len(scheme.rules))]
        assert [(one.points, one.live_points) for one in found.by_rule] == [(points, points) for points in sums]
        assert found.base_points == sum(line.base for line in posted.values())
        assert found.lines == sum(line.quantity > 0 for line in posted.values())
        assert (found.budget_exhausted_on is not None) == (name == "budgeted")
        # More was earned than the limit and the budget, so both are used up.
        assert name != "pooled" or found.by_rule[0].points == SIZE.shared
        assert name != "budgeted" or found.points == SIZE.budget


def _nearly_in_order(inputs: list[InputSale]) -> list[InputSale]:
    """Most sales arrive in the order in which they were made, and some are late; corrections follow their sales."""
    dice = random.Random(3)  # noqa: S311 - no secret
    late = {sale.external_id: timedelta(days=dice.choice((0, 0, 0, 0, 1, 9))) for sale in inputs}
    first: dict[str, timedelta] = {}
    for sale in inputs:
        first.setdefault(sale.returns or sale.external_id, late[sale.returns or sale.external_id])
    return sorted(
        inputs,
        key=lambda one: (
            one.sold_at + first[one.returns or one.external_id] if one.revision == 1 else one.sold_at + timedelta(90),
            one.revision,
            one.external_id,
        ),
    )


async def _record(world: OrderWorld, sales: list[InputSale]) -> None:
    """Record the sales in this order, one call after the other."""
    codes = [ecp.code for ecp in world.ecps]
    async with opened(world.place) as environment:
        for first in range(0, len(sales), SIZE.a_call):
            reported = [_reported(sale, codes) for sale in sales[first : first + SIZE.a_call]]
            operation = environment.operation(world.place.viewer(Role.INTEGRATION))
            report = await record_sales(operation, RecordSales(SOURCE, IngestMode.ALL_OR_NOTHING, reported))
            await operation.close()
            assert {result.outcome for result in report.results} <= {SaleOutcome.RECORDED, SaleOutcome.CORRECTED}


def _reported(sale: InputSale, codes: list[str]) -> ReportedSale:
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

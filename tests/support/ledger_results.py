"""What the ledger says at last about every line of every ECP, read from its tables, and what the oracle says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from domain.channels import EarningChannel
from domain.points.valuation_facts import decode_facts
from domain.rules.model import BonusRule
from tests.support.ledger_input import InputSale
from tests.support.ledger_oracle import Grants, OracleEarner, OracleLine, value_lines

# The ECP, the external ID of the sale, and the position of the line.
LineKey = tuple[str, str, int]
_NEWEST: Final = """
SELECT DISTINCT ON (valuation.ecp, sale_key.external_id, valuation.position, valuation.sold_at)
    ecp.code, sale_key.external_id, valuation.position, base, bonus, facts
FROM valuation JOIN ecp ON ecp.number = valuation.ecp JOIN sale_key ON sale_key.number = valuation.sale
JOIN scheme ON scheme.number = valuation.scheme
WHERE scheme.id = $1 AND sale_key.source = $2
ORDER BY valuation.ecp, sale_key.external_id, valuation.position, valuation.sold_at, valuation.version DESC
"""
_BALANCES: Final = """
SELECT ecp.code, available FROM points_account JOIN ecp ON ecp.number = points_account.ecp
JOIN scheme ON scheme.number = points_account.scheme WHERE scheme.id = $1
"""
# Stored numbers of the reasons “limit in total” and “budget”.
_IN_TOTAL: Final = 3
_BUDGET: Final = 5
_CUT: Final = 3


class LineResult(Struct, frozen=True):
    """What a line is worth, and what pools granted to it where they were short."""

    quantity: int
    base: int
    points: tuple[int, ...]
    grants: Grants

    @property
    def total(self) -> int:
        """All points of the line."""
        return self.base + sum(self.points)


class OracleScheme(Struct, frozen=True):
    """A scheme, and what is true of every ECP and product."""

    rules: Sequence[BonusRule]
    base_points: int
    earner: OracleEarner
    variant_ids: Sequence[UUID]
    product_id: UUID
    category_id: UUID
    source: str


async def read_results(url: str, scheme: OracleScheme, scheme_id: UUID) -> dict[LineKey, LineResult]:
    """The newest valuation of every line. A sale that was moved also has one of no units at its former place."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_NEWEST, scheme_id, scheme.source)
    finally:
        await connection.close()
    found: dict[LineKey, LineResult] = {}
    for row in rows:
        result = _result(row, scheme)
        key = (row["code"], row["external_id"], row["position"])
        if key not in found or result.quantity:
            assert key not in found or not found[key].quantity, key
            found[key] = result
    return found


async def read_balances(url: str, scheme_id: UUID) -> dict[str, int]:
    """The available points of every ECP in a scheme."""
    connection = await asyncpg.connect(url)
    try:
        return {row["code"]: row["available"] for row in await connection.fetch(_BALANCES, scheme_id)}
    finally:
        await connection.close()


def balances_of(results: Mapping[LineKey, LineResult]) -> dict[str, int]:
    """The points of each ECP."""
    found: dict[str, int] = defaultdict(int)
    for (code, _, _), result in results.items():
        found[code] += result.total
    return dict(found)


def worth(results: Mapping[LineKey, LineResult]) -> dict[LineKey, tuple[int, tuple[int, ...]]]:
    """Base points and points of the rules of every line that is worth anything."""
    return {key: (found.base, found.points) for key, found in results.items() if found.total}


def expect_worth(
    sales: Sequence[InputSale], codes: Sequence[str], scheme: OracleScheme, given: Mapping[LineKey, LineResult]
) -> dict[LineKey, tuple[int, tuple[int, ...]]]:
    """What the oracle says about every line that is worth anything, taking the grants of pools from `given`."""
    by_ecp: dict[str, list[OracleLine]] = defaultdict(list)
    for sale in sales:
        by_ecp[codes[sale.ecp]] += _lines(sale, scheme)
    expected: dict[LineKey, tuple[int, tuple[int, ...]]] = {}
    for code, lines in by_ecp.items():
        keys = [(line.external_id, line.position) for line in lines]
        grants = {key: given[code, *key].grants for key in keys if (code, *key) in given}
        for (external_id, position), value in value_lines(lines, scheme.rules, scheme.earner, grants).items():
            if value.base or any(value.points):
                expected[code, external_id, position] = (value.base, value.points)
    return expected


def _lines(sale: InputSale, scheme: OracleScheme) -> list[OracleLine]:
    return [
        OracleLine(
            sold_at=sale.sold_at,
            source=scheme.source,
            external_id=sale.external_id,
            position=position,
            channel=EarningChannel.SALE,
            variant_id=scheme.variant_ids[line.variant],
            product_id=scheme.product_id,
            category_id=scheme.category_id,
            quantity=line.quantity,
            price=Decimal(line.price),
            currency=scheme.earner.currency,
            base_points=scheme.base_points,
        )
        for position, line in enumerate(sale.lines)
    ]


def _result(row: Any, scheme: OracleScheme) -> LineResult:
    facts = decode_facts(row["facts"])
    points = tuple(facts.points_by_rule(len(scheme.rules)))
    cuts = [facts.cuts[at : at + _CUT] for at in range(0, len(facts.cuts), _CUT)]
    short = {scheme.rules[position].id: points[position] for position, reason, _ in cuts if reason == _IN_TOTAL}
    is_cut = row["base"] < scheme.base_points * facts.quantity or any(reason == _BUDGET for _, reason, _ in cuts)
    budget = row["base"] + sum(points) if is_cut else None
    return LineResult(
        quantity=facts.quantity, base=row["base"], points=points, grants=Grants(rules=short, budget=budget)
    )

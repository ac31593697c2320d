"""What a simulation finds is what posting the same sales one after another finds, line by line (N7, R22)."""

import os
from collections import defaultdict
from typing import Final

import msgspec
import pytest

from domain.points.fold import LineValue
from domain.points.valuation_facts import encode_facts
from domain.simulations.at_last import value_piece
from domain.simulations.explaining import explain_lines
from domain.simulations.granting import grant_pieces
from domain.simulations.prepared import encode_prepared
from domain.simulations.preparing import prepare_piece
from domain.simulations.records import Piece
from domain.simulations.stage import Stage
from domain.simulations.tally import Totals, best_candidates
from tests.support.posted_sales import post_sales
from tests.support.simulated_sales import SaleDice

# `make soak-ledger` draws more.
SEEDS: Final = 400 if "TESSERA_SOAK" in os.environ else 16
Values = dict[tuple[int, int, int, int], LineValue]


def check(stage: Stage, piece: Piece, found: Totals, values: Values) -> int:
    """Compare totals and examples with posted values; return the points of all lines."""
    by_ecp: dict[int, int] = defaultdict(int)
    for (ecp, *_), value in values.items():
        by_ecp[ecp] += value.base + value.bonus
    assert {ecp: points for ecp, points, _ in found.ecps} == by_ecp
    assert found.base[0] == sum(value.base for value in values.values())
    sums = [sum(value.points[at] for value in values.values()) for at in range(len(stage.revision.rules))]
    assert [points for _, points, _ in found.rules] == sums
    assert found.lines == sum(value.facts.quantity > 0 for value in values.values())
    assert sum(points for _, points, _ in found.months) == sum(by_ecp.values())
    candidates = best_candidates([found])
    examples = explain_lines(stage, [piece], msgspec.msgpack.encode(candidates))
    for one in examples:
        value = values[one.ecp, one.sold_at, one.sale, one.position]
        assert (one.points, one.base) == (value.base + value.bonus, value.base)
        assert one.facts == encode_facts(value.facts)
    changes = sorted((value.base + value.bonus for value in values.values()), reverse=True)[:10]
    assert [one.points for one in examples] == [points for points in changes if points]
    return sum(by_ecp.values())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_lines_are_worth_what_they_count_at_last(seed: int) -> None:
    dice = SaleDice(seed)
    setup, piece = dice.setup(dice.content(pools=False)), dice.piece(3, 12)
    values, _ = post_sales(Stage(setup), piece)
    stage = Stage(setup)
    check(stage, piece, value_piece(stage, piece), values)


@pytest.mark.parametrize("seed", range(1000, 1000 + 2 * SEEDS))
def test_pools_grant_in_the_order_of_recording(seed: int) -> None:
    dice = SaleDice(seed)
    setup, piece = dice.setup(dice.content(pools=True)), dice.piece(4, 12)
    values, exhausted_at = post_sales(Stage(setup), piece)
    prepared = encode_prepared(prepare_piece(Stage(setup), piece))
    stage = Stage(setup)
    found = grant_pieces(stage, [prepared])
    check(stage, piece, found, values)
    assert found.budget_exhausted_at == exhausted_at

"""The rules of a simulation, and the lines that it changes most, explained from stored facts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.source_reads import CONTENTS, decode_content
from db.simulations.replay_reads import EXAMPLE_SOURCES
from db.simulations.rows import ExampleSourceRow, SimulationRow
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.points.valuation_facts import ReadValuation, SoldAs, read_valuation_facts
from domain.rules.model import BonusRule
from domain.sales.ids import line_id
from domain.schemes.content import SchemeContent
from domain.simulations.results import Example
from resolvers.context import Operation
from resolvers.points.verdicts import (
    LineVerdictView,
    RuleVerdictView,
    StatedVerdict,
    compile_content,
    fact_ids,
    rows_of_content,
)
from resolvers.rules.loaders import RuleView, rule_rows, rule_views, rule_views_with_names
from resolvers.simulations.loaders import simulations_by_id

ExampleKey = tuple[UUID, int]
_NO_CATEGORY: Final = UUID(int=0)
_RETURNED: Final = "Everything on the line was returned or corrected away, so the rule pays nothing."


class SimulatedRuleView(Struct, frozen=True):
    """A rule with what it pays in the simulation and in the ledger."""

    rule: RuleView
    points: int
    live_points: int


class SimulatedLineView(Struct, frozen=True):
    """A line whose value changes."""

    key: ExampleKey
    example: Example
    source: ExampleSourceRow | None

    @property
    def line_id(self) -> UUID | None:
        """The id of the line of the sale; None of a coupon."""
        if self.source is None or self.source.is_coupon:
            return None
        return line_id(self.example.sale, self.example.position)

    @property
    def channel(self) -> EarningChannel | None:
        """How the points were earned."""
        if self.source is None:
            return None
        return EarningChannel.COUPON if self.source.is_coupon else EarningChannel.SALE


class _Asked(Struct, frozen=True):
    """A stored valuation that is to be explained by rules."""

    facts: bytes
    base: int
    content: SchemeContent
    text: str
    scheme_id: UUID
    line: SimulatedLineView


async def rules_by_simulation(operation: Operation, ids: list[UUID]) -> list[list[SimulatedRuleView]]:
    """Load the rules of each simulation in the order of the scheme, and then those that only the ledger knows."""
    found: list[list[SimulatedRuleView]] = []
    for row in await simulations_by_id(operation, ids):
        if row is None or row.result is None:
            found.append([])
            continue
        points = {one.rule_id: one for one in row.result.by_rule}
        rules = _distinct([*decode_content(row.content_json).rules, *row.result.removed_rules])
        views = await rule_views(operation, rule_rows(row.scheme_id, [rule for rule in rules if rule.id in points]))
        found.append([SimulatedRuleView(view, points[view.id].points, points[view.id].live_points) for view in views])
    return found


async def lines_by_simulation(operation: Operation, ids: list[UUID]) -> list[list[SimulatedLineView]]:
    """Load the lines of each simulation whose value changes most, that which changes most first."""
    rows = await simulations_by_id(operation, ids)
    finished = [(row.id, row.result) for row in rows if row is not None and row.result is not None]
    examples = [(simulation_id, one) for simulation_id, result in finished for one in result.examples]
    sources = await _sources(operation, [one for _, one in examples])
    found: dict[UUID, list[SimulatedLineView]] = {key: [] for key in ids}
    for simulation_id, one in examples:
        of_simulation = found[simulation_id]
        source = sources.get((one.sale, one.position)) or sources.get((one.sale, -1))
        of_simulation.append(SimulatedLineView((simulation_id, len(of_simulation)), one, source))
    return [found[key] for key in ids]


async def verdicts_by_example(operation: Operation, keys: list[ExampleKey]) -> list[list[LineVerdictView]]:
    """Load what each rule of the simulated content pays for each of these lines, and why."""
    lines, rows = await _lines(operation, keys)
    asked: list[_Asked | None] = []
    for key, line in zip(keys, lines, strict=True):
        row, facts = rows[key[0]], line.example.facts
        asked.append(
            None
            if facts is None
            else _Asked(
                facts=facts,
                base=line.example.base,
                content=decode_content(row.content_json),
                text=row.content_json,
                scheme_id=row.scheme_id,
                line=line,
            )
        )
    return await _explain(operation, asked)


async def live_verdicts_by_example(operation: Operation, keys: list[ExampleKey]) -> list[list[LineVerdictView]]:
    """Load what each rule of the revision that was in force paid for each of these lines, and why."""
    lines, rows = await _lines(operation, keys)
    wanted = {
        (live_id, line.example.live_revision)
        for line in lines
        if (live_id := rows[line.key[0]].live_id) is not None and line.example.live_revision is not None
    }
    contents = {}
    if wanted:
        schemes, numbers = zip(*wanted, strict=True)
        stored = await operation.fetch(CONTENTS, scheme_ids=list(schemes), numbers=list(numbers))
        contents = {(row.scheme_id, row.number): row for row in stored}
    asked: list[_Asked | None] = []
    for line in lines:
        example, live_id = line.example, rows[line.key[0]].live_id
        content = None
        if live_id is not None and example.live_revision is not None:
            content = contents.get((live_id, example.live_revision))
        asked.append(
            None
            if content is None or example.live_facts is None
            else _Asked(
                facts=example.live_facts,
                base=example.live_base,
                content=content.decoded,
                text=content.content,
                scheme_id=content.scheme_id,
                line=line,
            )
        )
    return await _explain(operation, asked)


async def _lines(
    operation: Operation, keys: Sequence[ExampleKey]
) -> tuple[list[SimulatedLineView], Mapping[UUID, SimulationRow]]:
    ids = list(dict.fromkeys(key for key, _ in keys))
    rows = {row.id: row for row in await simulations_by_id(operation, ids) if row is not None}
    found = dict(zip(ids, await lines_by_simulation(operation, ids), strict=True))
    return [found[key][at] for key, at in keys], rows


async def _sources(operation: Operation, examples: Sequence[Example]) -> dict[tuple[int, int], ExampleSourceRow]:
    """Where the lines came from, by sale and position; a coupon has the position -1."""
    if not examples:
        return {}
    rows = await operation.fetch(
        EXAMPLE_SOURCES,
        sales=[one.sale for one in examples],
        positions=[one.position for one in examples],
        ecps=[one.ecp for one in examples],
        moments=[one.sold_at for one in examples],
    )
    return {(row.sale, -1 if row.is_coupon else row.position): row for row in rows}


async def _explain(operation: Operation, asked: Sequence[_Asked | None]) -> list[list[LineVerdictView]]:
    calendar = await operation.calendar()
    read = [None if one is None else _read(one, calendar) for one in asked]
    rows = {(one.scheme_id, one.text): rows_of_content(one.scheme_id, one.text) for one in asked if one is not None}
    evaluations = [one.evaluation for one in read if one is not None and one.evaluation is not None]
    ids = fact_ids(outcome.verdict for found in evaluations for outcome in found.outcomes)
    listed = [row for group in rows.values() for row in group]
    views, names = await rule_views_with_names(operation, listed, ids)
    by_row = {id(row): view for row, view in zip(listed, views, strict=True)}
    answers: list[list[LineVerdictView]] = []
    for one, found in zip(asked, read, strict=True):
        if one is None or found is None:
            answers.append([])
            continue
        of_rules = [by_row[id(row)] for row in rows[one.scheme_id, one.text]]
        stated = _stated(found)
        if stated is not None or found.evaluation is None:
            answers.append([LineVerdictView(view, stated or StatedVerdict(_RETURNED), 0) for view in of_rules])
            continue
        rule_names = {view.id: view.rule.name for view in of_rules}
        answers.append(
            [
                LineVerdictView(
                    view,
                    RuleVerdictView(
                        rule=view, verdict=outcome.verdict, names=names, calendar=calendar, rule_names=rule_names
                    ),
                    outcome.verdict.points,
                )
                for view, outcome in zip(of_rules, found.evaluation.outcomes, strict=True)
            ]
        )
    return answers


def _read(one: _Asked, calendar: Calendar) -> ReadValuation | None:
    source = one.line.source
    if source is None:
        return None
    units = {value.variant_id: value.base_points for value in one.content.coupon_values}
    sold = SoldAs(
        channel=EarningChannel.COUPON if source.is_coupon else EarningChannel.SALE,
        variant_id=source.variant_id,
        product_id=source.product_id,
        category_id=_NO_CATEGORY,
        base_points=units.get(source.variant_id, 0),
        at=one.line.example.sold_at,
    )
    compiled = compile_content(one.text, calendar)
    return read_valuation_facts(one.facts, sold, base=one.base, rules=one.content.rules, compiled=compiled)


def _stated(found: ReadValuation) -> StatedVerdict | None:
    if found.obstacles:
        return StatedVerdict(" ".join(one.sentence for one in found.obstacles))
    return StatedVerdict(_RETURNED) if found.quantity == 0 else None


def _distinct(rules: Iterable[BonusRule]) -> list[BonusRule]:
    return list({rule.id: rule for rule in reversed(list(rules))}.values())[::-1]

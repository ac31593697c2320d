"""Loaders of valuations: what a line was worth in a scheme, rebuilt from stored facts with every verdict (R22, N6)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.points.source_reads import CONTENTS, VALUATIONS, VALUATIONS_OF_SALES, ContentRow, ValuationRow
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.points.valuation_facts import ReadValuation, SoldAs, read_valuation_facts
from domain.rules.evaluation import RuleVerdict
from domain.schemes.content import SchemeContent
from resolvers.context import Operation
from resolvers.points.verdicts import (
    LineVerdictView,
    RuleVerdictView,
    StatedVerdict,
    compile_content,
    fact_ids,
    rows_of_content,
)
from resolvers.rules.loaders import RuleView, rule_views_with_names

Revision = tuple[UUID, int]
_RETURNED = "Everything on the line was returned or corrected away, so the rule pays nothing."


class ValuationKey(Struct, frozen=True):
    """A version of the valuation of a line, by the numbers of its ECP, scheme, and sale."""

    ecp: int
    scheme: int
    sold_at: datetime
    sale: int
    position: int
    version: int


class ValuationView(Struct, frozen=True):
    """A valuation, explained: the verdicts that were asked for, by the position of the rule from 1.

    `rules` are those of the revision.
    `found` is None where the line is missing, which `tessera ledger verify` reports.
    """

    row: ValuationRow
    content: SchemeContent
    found: ReadValuation | None
    verdicts: Mapping[int, LineVerdictView]
    rules: Sequence[RuleView]

    @property
    def key(self) -> ValuationKey:
        """The version of the valuation that this is."""
        return key_of(self.row)


class _Made(Struct, frozen=True):
    """A valuation read from its facts, with the verdicts that were asked for; names are still missing."""

    row: ValuationRow
    content: ContentRow
    found: ReadValuation | None
    verdicts: Mapping[int, RuleVerdict]


def key_of(row: ValuationRow) -> ValuationKey:
    """The key of a valuation."""
    return ValuationKey(
        ecp=row.ecp,
        scheme=row.scheme,
        sold_at=row.sold_at,
        sale=row.sale,
        position=row.position,
        version=row.version,
    )


async def valuations_by_key(
    operation: Operation, wanted: Mapping[ValuationKey, frozenset[int]]
) -> dict[ValuationKey, ValuationView]:
    """Load valuations with the verdicts on the rules at these positions. Callers see the entries that they belong to.

    Entries of base points have the position 0, which is no rule.
    """
    if not wanted:
        return {}
    keys = list(wanted)
    rows = await operation.fetch(
        VALUATIONS,
        ecps=[key.ecp for key in keys],
        schemes=[key.scheme for key in keys],
        sold_ats=[key.sold_at for key in keys],
        sales=[key.sale for key in keys],
        positions=[key.position for key in keys],
        versions=[key.version for key in keys],
    )
    views = await _explain(operation, [(row, wanted[key_of(row)]) for row in rows])
    return {view.key: view for view in views}


async def valuations_of_sales(operation: Operation, sales: Sequence[tuple[int, datetime, int]]) -> list[ValuationView]:
    """Load the newest valuations of all lines of sales, given by ECP, time, and number, with every verdict.

    They are in the order of sales, positions, and schemes. Callers see the sales.
    """
    if not sales:
        return []
    ecps, sold_ats, numbers = zip(*sales, strict=True)
    rows = await operation.fetch(VALUATIONS_OF_SALES, ecps=list(ecps), sold_ats=list(sold_ats), sales=list(numbers))
    return await _explain(operation, [(row, None) for row in rows])


async def _explain(
    operation: Operation, asked: Sequence[tuple[ValuationRow, frozenset[int] | None]]
) -> list[ValuationView]:
    """Rebuild valuations from their facts with the verdicts on rules at some positions, or on all of them."""
    contents = await _contents(operation, {(row.scheme_id, row.revision) for row, _ in asked})
    calendar = await operation.calendar()
    made = [_read(row, contents[row.scheme_id, row.revision], positions, calendar) for row, positions in asked]
    rows = {revision: list(rows_of_content(revision[0], content.content)) for revision, content in contents.items()}
    ids = fact_ids(verdict for one in made for verdict in one.verdicts.values())
    listed = [row for group in rows.values() for row in group]
    views, names = await rule_views_with_names(operation, listed, ids)
    by_row = {id(row): view for row, view in zip(listed, views, strict=True)}
    explained: list[ValuationView] = []
    for one in made:
        of_rules = [by_row[id(row)] for row in rows[one.row.scheme_id, one.row.revision]]
        rule_names = {view.id: view.rule.name for view in of_rules}
        verdicts = {
            position: LineVerdictView(
                of_rules[position - 1],
                StatedVerdict(_RETURNED)
                if one.found is not None and one.found.quantity == 0
                else RuleVerdictView(
                    rule=of_rules[position - 1], verdict=verdict, names=names, calendar=calendar, rule_names=rule_names
                ),
                verdict.points,
            )
            for position, verdict in one.verdicts.items()
        }
        explained.append(
            ValuationView(row=one.row, content=one.content.decoded, found=one.found, verdicts=verdicts, rules=of_rules)
        )
    return explained


def _read(row: ValuationRow, content: ContentRow, positions: frozenset[int] | None, calendar: Calendar) -> _Made:
    """Read the facts of a valuation, and build the verdicts that are asked for."""
    if row.variant_id is None or row.product_id is None or row.category_id is None:
        return _Made(row, content, found=None, verdicts={})
    decoded = content.decoded
    units = {value.variant_id: value.base_points for value in decoded.coupon_values}
    sold = SoldAs(
        channel=EarningChannel.COUPON if row.is_coupon else EarningChannel.SALE,
        variant_id=row.variant_id,
        product_id=row.product_id,
        category_id=row.category_id,
        base_points=units.get(row.variant_id, 0),
        at=row.sold_at,
    )
    rules = decoded.rules
    found = read_valuation_facts(
        row.facts, sold, base=row.base, rules=rules, compiled=compile_content(content.content, calendar)
    )
    outcomes = () if found.evaluation is None else found.evaluation.outcomes
    kept = range(1, len(outcomes) + 1) if positions is None else sorted(positions)
    verdicts = {at: outcomes[at - 1].verdict for at in kept if 1 <= at <= len(outcomes)}
    return _Made(row, content, found=found, verdicts=verdicts)


async def _contents(operation: Operation, revisions: Iterable[Revision]) -> Mapping[Revision, ContentRow]:
    """Load the contents of approved revisions, by scheme and number."""
    asked = list(revisions)
    if not asked:
        return {}
    given = {"scheme_ids": [key for key, _ in asked], "numbers": [number for _, number in asked]}
    return {(row.scheme_id, row.number): row for row in await operation.fetch(CONTENTS, **given)}

"""Makes the lines of new and changed sales.

A sale that was valued at its place keeps the revision of that valuation: what its rules paid is stored by their
positions there. A clock that is ahead, or an approval at the same moment, may otherwise bring another one into force.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.sessions import Fetching
from domain.points.fold import FoldLine, FreshFacts, KnownValue
from domain.points.lines import SaleChange, SalePlace, SoldLine
from domain.points.revision_plan import RevisionPlan, SchemePlan
from domain.points.running_state import scaled_value
from resolvers.points.posting.accounts import TouchedAccount
from resolvers.points.posting.fresh_facts import FreshSale, load_fresh_facts
from resolvers.points.posting.scene import Scene

# What is known of sales, by the number and the time of each: the newest valuation of its lines, by position.
KnownSales = Mapping[tuple[int, datetime], Mapping[int, KnownValue]]
NOBODY: Final = UUID(int=0)
_NONE: Final[Mapping[int, KnownValue]] = {}
_NO_SALES: Final[KnownSales] = {}


class _Part(Struct, frozen=True, gc=False):
    """The lines of a changed sale that one revision values, and what was known of lines in it: all, as a rule."""

    account: TouchedAccount
    change: SaleChange
    revision: RevisionPlan
    lines: Sequence[SoldLine]
    known: Mapping[int, KnownValue] = _NONE


async def add_changed_lines(
    fetching: Fetching, scene: Scene, accounts: Sequence[TouchedAccount], known: Mapping[tuple[int, int], KnownSales]
) -> None:
    """Add the lines of new and changed sales to each account, given what was known of them."""
    parts = [
        part
        for account in accounts
        for change in account.changes
        for part in _split_by_revision(account, change, known.get(account.of.key, _NO_SALES))
    ]
    facts = await load_fresh_facts(
        fetching,
        [
            FreshSale(
                ecp_id=part.change.ecp_id,
                scheme_id=part.account.of.scheme_id,
                at=part.change.place.sold_at,
                channel=part.change.channel,
                revision=part.revision,
                variant_ids=tuple([line.variant_id for line in part.lines]),
            )
            for part in parts
            if part.lines
        ],
        scene.earners,
    )
    found = iter(facts)
    for part in parts:
        part.account.lines += _changed_lines(part, scene, next(found) if part.lines else ())
    for account in accounts:
        account.lines.sort(key=_order)


def _order(line: FoldLine) -> tuple[SalePlace, int]:
    return line.place, line.position


def _split_by_revision(account: TouchedAccount, change: SaleChange, sales: KnownSales) -> Iterator[_Part]:
    """The lines of a sale: those that were valued keep their revision, and a line that is new takes the latest one."""
    plan, at = account.of.plan, change.place.sold_at
    known = sales.get((change.number, at), _NONE)
    if not known:
        revision = plan.in_force(at)
        if revision is not None:
            yield _Part(account=account, change=change, revision=revision, lines=change.lines)
        return
    numbers = {position: value.revision for position, value in known.items()}
    latest = max(numbers.values())
    for number in sorted(set(numbers.values())):
        yield _Part(
            account=account,
            change=change,
            revision=plan.by_number[number],
            lines=[line for line in change.lines if numbers.get(line.position, latest) == number],
            known={position: value for position, value in known.items() if value.revision == number},
        )


def _changed_lines(part: _Part, scene: Scene, fresh: Sequence[FreshFacts]) -> Iterator[FoldLine]:
    """The lines of a changed sale that are in the scheme, or that were: those are of 0 units now.

    A return leaves the facts of a line as they are; everything else looks them up.
    """
    plan, change, revision = part.account.of.plan, part.change, part.revision
    place = change.place
    month, week = scene.periods(plan, place.sold_at)
    compiled = scene.ranks.compiled(revision, place.sold_at)
    rest = dict(part.known)
    includes = revision.base_points if change.channel in revision.channels else ()
    for line, facts in zip(part.lines, fresh, strict=True):
        if line.variant_id in includes:
            value = rest.pop(line.position, None)
            yield FoldLine(
                place=place,
                number=change.number,
                position=line.position,
                channel=change.channel,
                variant_id=line.variant_id,
                quantity=line.quantity,
                mask=plan.mask_of(change.channel, line.variant_id) if line.quantity and plan.volumes else 0,
                value=_value(plan, scene, line),
                month=month,
                week=week,
                revision=revision,
                compiled=compiled,
                known=value,
                fresh=facts if value is None or (change.cause is None and line.quantity) else None,
            )
    for position, value in rest.items():
        if value.facts.quantity:
            yield FoldLine(
                place=place,
                number=change.number,
                position=position,
                channel=change.channel,
                variant_id=NOBODY,
                quantity=0,
                mask=0,
                value=0,
                month=month,
                week=week,
                revision=revision,
                compiled=compiled,
                known=value,
            )


def _value(plan: SchemePlan, scene: Scene, line: SoldLine) -> int:
    if not plan.counts_value or line.currency != scene.currency:
        return 0
    return scaled_value(line.unit_price, line.quantity)

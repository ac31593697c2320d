"""Makes the lines that a posting folds: of new and changed sales, and of later ones that were valued before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.posting_reads import KNOWN_VALUATIONS, STORED_LINES, KnownValuationRow, StoredLineRow
from db.sessions import Fetching
from domain.calendar import BEGINNING, FOREVER, Calendar
from domain.channels import EarningChannel
from domain.points.fold import FoldLine, FreshFacts, KnownValue, count_known
from domain.points.lines import SaleChange, SalePlace, SoldLine
from domain.points.revision_plan import RevisionPlan, SchemePlan
from domain.points.running_state import AccountState, RunningState, month_and_week, scaled_value
from domain.points.valuation_facts import decode_facts
from resolvers.points.earners import EarnerAt, EarnerMoment
from resolvers.points.posting.accounts import TouchedAccount
from resolvers.points.posting.fresh_facts import FreshSale, load_fresh_facts
from resolvers.points.posting.plans import RankHistory

# The number of a sale, its time, and the position of a line.
KnownKey = tuple[int, datetime, int]
_NOBODY: Final = UUID(int=0)
_NONE: Final[Mapping[KnownKey, KnownValue]] = {}


class Scene(Struct, frozen=True):
    """What all lines of a posting share; `earners` were read with it."""

    calendar: Calendar
    currency: str
    ranks: RankHistory
    earners: Mapping[EarnerMoment, EarnerAt] = {}


async def add_lines(fetching: Fetching, scene: Scene, accounts: Sequence[TouchedAccount]) -> None:
    """Set the lines of each account, in canonical order, and the state before them."""
    late = [account for account in accounts if _needs_history(account, scene.currency)]
    known: dict[tuple[int, int], dict[KnownKey, KnownValue]] = defaultdict(dict)
    if late:
        known = await _add_history(fetching, scene, late)
    await add_changed_lines(fetching, scene, accounts, known)


async def add_changed_lines(
    fetching: Fetching,
    scene: Scene,
    accounts: Sequence[TouchedAccount],
    known: Mapping[tuple[int, int], Mapping[KnownKey, KnownValue]],
) -> None:
    """Add the lines of new and changed sales to each account, given what was known of them."""
    sales = [(account, change) for account in accounts for change in account.changes]
    revisions = [account.of.plan.in_force(change.place.sold_at) for account, change in sales]
    facts = await load_fresh_facts(
        fetching,
        [
            FreshSale(
                ecp_id=change.ecp_id,
                scheme_id=account.of.scheme_id,
                at=change.place.sold_at,
                channel=change.channel,
                revision=revision,
                variant_ids=tuple([line.variant_id for line in change.lines]),
            )
            for (account, change), revision in zip(sales, revisions, strict=True)
            if revision is not None and change.lines
        ],
        scene.earners,
    )
    found = iter(facts)
    for (account, change), revision in zip(sales, revisions, strict=True):
        if revision is not None:
            fresh = next(found) if change.lines else ()
            account.lines += _changed_lines(account, change, revision, scene, known.get(account.of.key, _NONE), fresh)
    for account in accounts:
        account.lines.sort(key=_order)


def _order(line: FoldLine) -> tuple[SalePlace, int]:
    return line.place, line.position


def _needs_history(account: TouchedAccount, currency: str) -> bool:
    """Whether earlier lines must be read; sets the stored state of the account."""
    account.currency = currency
    row = account.row
    if row is not None and row.state is not None:
        state = AccountState.decode(row.state)
        plan = account.of.plan
        account.stored = state if plan.fits(state, currency) else None
    return account.is_late or (account.stored is None and account.last is not None)


def _changed_lines(  # noqa: PLR0913, PLR0917 - what the lines are made of
    account: TouchedAccount,
    change: SaleChange,
    revision: RevisionPlan,
    scene: Scene,
    known: Mapping[KnownKey, KnownValue],
    fresh: Sequence[FreshFacts],
) -> Iterator[FoldLine]:
    """The lines of a changed sale that are in the scheme, or that were: those are of 0 units now.

    A return leaves the facts of a line as they are; everything else looks them up.
    """
    plan, place = account.of.plan, change.place
    at = place.sold_at
    month, week = _periods(plan, scene, at)
    compiled = scene.ranks.compiled(revision, at)
    rest = {key[2]: value for key, value in known.items() if key[:2] == (change.number, at)} if known else {}
    includes = revision.base_points if change.channel in revision.channels else ()
    for line, facts in zip(change.lines, fresh, strict=True):
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
                variant_id=_NOBODY,
                quantity=0,
                mask=0,
                value=0,
                month=month,
                week=week,
                revision=revision,
                compiled=compiled,
                known=value,
            )


async def _add_history(
    fetching: Fetching, scene: Scene, late: Sequence[TouchedAccount]
) -> dict[tuple[int, int], dict[KnownKey, KnownValue]]:
    """Add the known lines from where each account needs them, and the state before; return what was known."""
    since = [_history_start(account, scene.calendar) for account in late]
    rows = await fetching.fetch(
        KNOWN_VALUATIONS,
        ecps=[account.of.ecp.number for account in late],
        schemes=[account.of.scheme for account in late],
        moments=since,
        ends=[FOREVER] * len(late),
    )
    by_account: dict[tuple[int, int], list[KnownValuationRow]] = defaultdict(list)
    for row in rows:
        by_account[row.ecp, row.scheme].append(row)
    earliest: dict[int, datetime] = {}
    for account, at in zip(late, since, strict=True):
        number = account.of.ecp.number
        earliest[number] = min(at, earliest.get(number, at))
    stored = await fetching.fetch(
        STORED_LINES, ecps=list(earliest), moments=list(earliest.values()), ends=[FOREVER] * len(earliest)
    )
    # Coupons have one line, whatever its position.
    lines = {(row.sale, row.sold_at, row.position): row for row in stored}
    known: dict[tuple[int, int], dict[KnownKey, KnownValue]] = defaultdict(dict)
    for account in late:
        found = [(row, _known_value(row)) for row in by_account[account.of.key]]
        known[account.of.key] = {(row.sale, row.sold_at, row.position): value for row, value in found}
        _add_known_lines(account, scene, found, lines)
    return known


def _history_start(account: TouchedAccount, calendar: Calendar) -> datetime:
    """The moment from which lines are read: the beginning of the month and week of the first change, or of time."""
    if account.stored is None:
        return BEGINNING
    first = account.changes[0].place.sold_at
    if not account.of.plan.needs_periods:
        return first
    day = calendar.day_of(first)
    return calendar.start_of_day(min(day.replace(day=1), day - timedelta(days=day.weekday())))


def _known_value(row: KnownValuationRow) -> KnownValue:
    return KnownValue(row.version, row.base, decode_facts(row.facts))


def _add_known_lines(
    account: TouchedAccount,
    scene: Scene,
    found: Sequence[tuple[KnownValuationRow, KnownValue]],
    stored: Mapping[tuple[int, datetime, int | None], StoredLineRow],
) -> None:
    plan = account.of.plan
    changed = {(change.number, change.place.sold_at) for change in account.changes}
    first = account.changes[0].place
    before: list[FoldLine] = []
    for row, value in found:
        line = stored.get((row.sale, row.sold_at, row.position)) or stored.get((row.sale, row.sold_at, None))
        is_changed = (row.sale, row.sold_at) in changed
        if line is None and not is_changed:
            if value.facts.quantity:
                raise ValueError(f"sale {row.sale} has no line {row.position} at the place of its valuation")
            continue
        known = known_line(row, value, line, plan, scene, first=first, is_changed=is_changed)
        before.append(known)
        if not is_changed:
            account.lines.append(known)
    if account.stored is not None:
        account.later = _sum_up(account, before)


def known_line(  # noqa: PLR0913 - what a line is made of
    row: KnownValuationRow,
    value: KnownValue,
    line: StoredLineRow | None,
    plan: SchemePlan,
    scene: Scene,
    *,
    first: SalePlace,
    is_changed: bool = False,
) -> FoldLine:
    """Make a line as it was valued before.

    A revision may ask for volumes that the valuation did not know: the stored line says how it counts in these. That of
    a sale with `is_changed` may be another line now.
    """
    month, week = _periods(plan, scene, row.sold_at)
    revision = plan.by_number[row.revision]
    facts = value.facts
    place, variant_id, channel = SalePlace(row.sold_at, "", ""), _NOBODY, EarningChannel.SALE
    mask, worth = facts.mask, facts.value
    if line is not None:
        place = SalePlace(row.sold_at, line.source, line.external_id)
        variant_id = line.variant_id
        if not is_changed:
            channel = EarningChannel.COUPON if line.unit_price is None else EarningChannel.SALE
            # Nothing that came back counts in volumes.
            mask = plan.mask_of(channel, variant_id) if facts.quantity else 0
            if plan.counts_value and line.unit_price is not None:
                worth = scaled_value(line.unit_price, facts.quantity) if line.currency == scene.currency else 0
    return FoldLine(
        place=place,
        number=row.sale,
        position=row.position,
        channel=channel,
        variant_id=variant_id,
        quantity=facts.quantity,
        mask=mask,
        value=worth,
        month=month,
        week=week,
        revision=revision,
        compiled=scene.ranks.compiled(revision, row.sold_at),
        known=value,
        counts_only=place < first,
    )


def _sum_up(account: TouchedAccount, lines: Sequence[FoldLine]) -> RunningState:
    """What the lines added to the amounts of the whole scheme."""
    total = RunningState(account.of.plan, account.currency)
    for line in lines:
        count_known(line, total)
    return total


def _periods(plan: SchemePlan, scene: Scene, at: datetime) -> tuple[int, int]:
    return month_and_week(at.astimezone(scene.calendar.zone)) if plan.needs_periods else (0, 0)


def _value(plan: SchemePlan, scene: Scene, line: SoldLine) -> int:
    if not plan.counts_value or line.currency != scene.currency:
        return 0
    return scaled_value(line.unit_price, line.quantity)

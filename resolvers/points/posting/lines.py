"""Makes the lines that a posting folds: of new and changed sales, and of later ones that were valued before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from db.points.posting_reads import KNOWN_VALUATIONS, STORED_LINES, KnownValuationRow, StoredLineRow
from db.sessions import Fetching
from domain.calendar import BEGINNING, FOREVER, Calendar
from domain.channels import EarningChannel
from domain.points.fold import FoldLine, KnownValue, count_known
from domain.points.lines import SalePlace
from domain.points.revision_plan import SchemePlan
from domain.points.running_state import AccountState, RunningState, scaled_value
from domain.points.valuation_facts import decode_facts
from resolvers.points.posting.accounts import TouchedAccount
from resolvers.points.posting.changed_lines import NOBODY, KnownSales, add_changed_lines
from resolvers.points.posting.scene import Scene


async def add_lines(fetching: Fetching, scene: Scene, accounts: Sequence[TouchedAccount]) -> None:
    """Set the lines of each account, in canonical order, and the state before them."""
    late = [account for account in accounts if _needs_history(account, scene.currency)]
    known: Mapping[tuple[int, int], KnownSales] = {}
    if late:
        known = await _add_history(fetching, scene, late)
    await add_changed_lines(fetching, scene, accounts, known)


def _needs_history(account: TouchedAccount, currency: str) -> bool:
    """Whether earlier lines must be read; sets the stored state of the account."""
    account.currency = currency
    row = account.row
    if row is not None and row.state is not None:
        state = AccountState.decode(row.state)
        plan = account.of.plan
        account.stored = state if plan.fits(state, currency) else None
    return account.is_late or (account.stored is None and account.last is not None)


async def _add_history(
    fetching: Fetching, scene: Scene, late: Sequence[TouchedAccount]
) -> Mapping[tuple[int, int], KnownSales]:
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
    known: dict[tuple[int, int], KnownSales] = {}
    for account in late:
        found = [(row, known_value(row)) for row in by_account[account.of.key]]
        known[account.of.key] = known_sales(found)
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


def known_value(row: KnownValuationRow) -> KnownValue:
    """The newest valuation of a line."""
    return KnownValue(version=row.version, revision=row.revision, base=row.base, facts=decode_facts(row.facts))


def known_sales(found: Iterable[tuple[KnownValuationRow, KnownValue]]) -> KnownSales:
    """The newest valuations of the lines of each sale."""
    known: dict[tuple[int, datetime], dict[int, KnownValue]] = defaultdict(dict)
    for row, value in found:
        known[row.sale, row.sold_at][row.position] = value
    return known


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
    month, week = scene.periods(plan, row.sold_at)
    revision = plan.by_number[value.revision]
    facts = value.facts
    place, variant_id, channel = SalePlace(row.sold_at, "", ""), NOBODY, EarningChannel.SALE
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

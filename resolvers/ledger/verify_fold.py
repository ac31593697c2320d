"""Value every line again from its stored facts and the lines before it, and compare points and outcomes of clauses.

What decided about a line is stored with its valuation, so no history is needed: the clauses are decided again from the
facts, the volumes and limits of the ECP from the earlier lines, and what pools granted is taken as it is.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from db.ledger.verify_fold import ACCOUNTS_TO_FOLD, POSTED_COMPONENTS, RETURNED_UNITS
from db.ledger.verify_rows import AccountToFoldRow
from db.points.posting_reads import EARNING_ECPS, PRODUCTS_OF_VARIANTS, STORED_LINES, AccountRow
from db.program.rows import ProgramRow
from db.sessions import Snapshot
from domain.calendar import BEGINNING, FOREVER
from domain.channels import EarningChannel
from domain.points.lines import SaleChange, SalePlace, SoldLine
from domain.points.net_lines import net_lines
from resolvers.ledger.verify_lines import COUPON, LineKey, StoredBeside, verify_account
from resolvers.points.posting.accounts import SchemeOfEcp, TouchedAccount
from resolvers.points.posting.lines import add_lines
from resolvers.points.posting.plans import RankHistory, load_plans
from resolvers.points.posting.scene import Scene

# Lines that are read at once, unless a single account has more.
_LINES_AT_ONCE: Final = 2_000
# A change before all lines, which makes the posting core read all of them.
_BEFORE_ALL: Final = SaleChange(
    number=0, ecp_id=UUID(int=0), place=SalePlace(BEGINNING, "", ""), channel=EarningChannel.SALE, lines=()
)
# What damaged rows make the posting core raise.
_DAMAGE: Final = (ValueError, KeyError, IndexError, TypeError, msgspec.MsgspecError)


async def verify_values(snapshot: Snapshot, program: ProgramRow, low: int, high: int) -> AsyncIterator[str]:
    """Find lines of ECPs in a range that are worth something else than is stored, as sentences.

    The lines of a few accounts are in memory at a time.
    """
    ranks = await RankHistory.load(snapshot)
    scene = Scene(calendar=program.calendar, currency=program.currency, ranks=ranks)
    async for rows in _read_accounts(snapshot, low, high):
        for finding in await _verify_accounts(snapshot, scene, rows):
            yield finding


async def _read_accounts(snapshot: Snapshot, low: int, high: int) -> AsyncIterator[list[AccountToFoldRow]]:
    """Read the accounts, as many at a time as have the lines that are read at once."""
    rows: list[AccountToFoldRow] = []
    async for row in snapshot.stream(ACCOUNTS_TO_FOLD, low=low, high=high):
        if rows and sum(one.lines for one in rows) + row.lines > _LINES_AT_ONCE:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


async def _verify_accounts(snapshot: Snapshot, scene: Scene, rows: Sequence[AccountToFoldRow]) -> list[str]:
    """Verify some accounts; where rows are damaged, one account after another."""
    findings: list[str] = []
    try:
        accounts = await _load_accounts(snapshot, scene, rows)
        beside = await _load_beside(snapshot, accounts)
        for row, account in zip(rows, accounts, strict=True):
            found = verify_account(row, account, beside, scene)
            findings += [f"{row.ecp_code}, {row.scheme_code}: {finding}" for finding in found]
    except _DAMAGE as error:
        if len(rows) > 1:
            return [finding for row in rows for finding in await _verify_accounts(snapshot, scene, [row])]
        owner = f"{rows[0].ecp_code}, {rows[0].scheme_code}"
        return [f"{owner}: its lines cannot be valued again ({type(error).__name__}: {error})."]
    return findings


async def _load_accounts(snapshot: Snapshot, scene: Scene, rows: Sequence[AccountToFoldRow]) -> list[TouchedAccount]:
    """The accounts with all of their lines, as if none had been counted yet."""
    ecps = {ecp.id: ecp for ecp in await snapshot.fetch(EARNING_ECPS, ids=list({row.ecp_id for row in rows}))}
    plans = await load_plans(snapshot, list({row.scheme_id for row in rows}), scene.calendar)
    accounts: list[TouchedAccount] = []
    for row in rows:
        plan = plans[row.scheme_id]
        known = {name: getattr(row, name) for name in AccountRow.__struct_fields__}
        account = TouchedAccount(
            of=SchemeOfEcp(ecp=ecps[row.ecp_id], scheme_id=row.scheme_id, scheme=row.scheme, plan=plan),
            row=AccountRow(**{**known, "state": None}),
            changes=[_BEFORE_ALL],
        )
        accounts.append(account)
    await add_lines(snapshot, scene, accounts)
    return accounts


async def _load_beside(snapshot: Snapshot, accounts: Sequence[TouchedAccount]) -> StoredBeside:
    """Read what is stored beside the valuations of accounts."""
    ecps = list({account.of.ecp.number for account in accounts})
    posted: dict[tuple[int, int], dict[LineKey, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for one in await snapshot.fetch(POSTED_COMPONENTS, ecps=ecps):
        posted[one.ecp, one.scheme][one.sale, one.sold_at, one.position][one.rule] = one.points
    variants = {line.variant_id for account in accounts for line in account.lines}
    products = await snapshot.fetch(PRODUCTS_OF_VARIANTS, ids=list(variants))
    return StoredBeside(
        net=await _net_quantities(snapshot, ecps),
        posted=posted,
        products={row.id: row.product_id for row in products},
    )


async def _net_quantities(snapshot: Snapshot, ecps: Sequence[int]) -> dict[int, dict[LineKey, int]]:
    sold: dict[tuple[int, int, datetime], list[SoldLine]] = defaultdict(list)
    everything = {"moments": [BEGINNING] * len(ecps), "ends": [FOREVER] * len(ecps)}
    for row in await snapshot.fetch(STORED_LINES, ecps=ecps, **everything):
        line = SoldLine(
            position=COUPON if row.position is None else row.position,
            variant_id=row.variant_id,
            quantity=row.quantity,
            unit_price=row.unit_price or Decimal(0),
            currency=row.currency or "",
        )
        sold[row.ecp, row.sale, row.sold_at].append(line)
    returned: dict[int, dict[UUID, int]] = defaultdict(dict)
    for back in await snapshot.fetch(RETURNED_UNITS, ecps=ecps):
        returned[back.sale][back.variant_id] = back.quantity
    net: dict[int, dict[LineKey, int]] = defaultdict(dict)
    for (ecp, sale, at), lines in sold.items():
        lines.sort(key=lambda line: line.position)
        for line in net_lines(lines, returned.get(sale, {})):
            net[ecp][sale, at, line.position] = line.quantity
    return net

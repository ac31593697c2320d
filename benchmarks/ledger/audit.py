"""Checks of the ledger in SQL that share nothing with the server's code: sums, chains, limits, what callers know."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
from msgspec import Struct

from benchmarks.custody.place import SECRETS
from benchmarks.ledger.bank_place import OWN_LIMIT, OWN_RULE, SHARED_RULE, BankPlace
from domain.coupons.keys import read_keys

# What an entry adds to the available points of the ECP: its credit or debit of that account.
_SIGNED: Final = "CASE WHEN credit = 1 THEN points WHEN debit = 1 THEN -points ELSE 0 END"
# One statement is one snapshot: balances, entries, and what is used of limits at the same moment.
_READ: Final = f"""
WITH entry AS MATERIALIZED (
    SELECT ecp, scheme, rule, {_SIGNED} AS points, debit, credit, points AS moved FROM points_entry
), per_account AS (
    SELECT ecp, scheme, sum(points)::bigint AS points FROM entry GROUP BY 1, 2
)
SELECT
    (SELECT coalesce(sum(CASE WHEN credit = 2 THEN moved WHEN debit = 2 THEN -moved ELSE 0 END), 0) FROM entry)::bigint
        + (SELECT coalesce(sum(available + settling + paid + expired), 0) FROM points_account)::bigint AS total,
    (SELECT count(*) FROM points_account FULL JOIN per_account USING (ecp, scheme)
        WHERE coalesce(available, 0) <> coalesce(per_account.points, 0)) AS unequal,
    (SELECT coalesce(sum(points), 0) FROM entry WHERE scheme = $1 AND rule = {SHARED_RULE})::bigint AS shared,
    (SELECT coalesce(max(used), 0) FROM (
        SELECT sum(points) AS used FROM entry WHERE scheme = $1 AND rule = {OWN_RULE} GROUP BY ecp
    ) AS usage)::bigint AS own,
    (SELECT coalesce(sum(points), 0) FROM entry WHERE scheme = $2)::bigint AS budget
"""  # noqa: S608 - constants
_CHAINS: Final = f"""
SELECT count(*) FROM (
    SELECT balance_after, sum({_SIGNED}) OVER (PARTITION BY ecp, scheme ORDER BY seq) AS balance FROM points_entry
) AS chain WHERE balance_after <> balance
"""  # noqa: S608 - constants
_GAPS: Final = """
SELECT count(*) FROM points_ledger LEFT JOIN (
    SELECT ecp, count(*) AS entries, max(seq) AS last FROM points_entry GROUP BY ecp
) AS found USING (ecp) WHERE points_ledger.seq <> coalesce(entries, 0) OR points_ledger.seq <> coalesce(last, 0)
"""
_BACKWARD: Final = """
SELECT count(*) FROM (
    SELECT recorded_at, lag(recorded_at) OVER (PARTITION BY ecp ORDER BY seq) AS before FROM points_entry
) AS pairs WHERE recorded_at < before
"""
_TWICE: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM points_entry WHERE kind IN (1, 2)
    GROUP BY ecp, scheme, sale, position, version, rule HAVING count(*) > 1
) AS twice
"""
_UNVALUED: Final = """
SELECT count(*) FROM sale_line JOIN sale_key ON sale_key.number = sale_line.sale
    AND sale_key.revision = sale_line.revision AND sale_key.ecp = sale_line.ecp
WHERE NOT EXISTS (
    SELECT FROM valuation WHERE valuation.sale = sale_line.sale AND valuation.position = sale_line.position
)
"""


class AuditReport(Struct, frozen=True):
    """What is wrong, by kind, and how much is used of what. A healthy ledger has zeros in `wrong`."""

    wrong: dict[str, int]
    shared: int
    budget: int
    sales: int
    redemptions: int

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.wrong.values())


async def check_reads(connection: Any, bank: BankPlace) -> list[str]:
    """Read everything in one snapshot, and return the faults in words."""
    numbers = await _scheme_numbers(connection, bank)
    (row,) = await connection.fetch(_READ, *numbers)
    return list(_faults(row, bank))


def _faults(row: Any, bank: BankPlace) -> Any:
    if row["total"]:
        yield f"what schemes issued and what ECPs have differ by {row['total']}"
    if row["unequal"]:
        yield f"{row['unequal']} balances differ from the sums of their entries"
    for name, most in (("shared", bank.limits.shared), ("own", OWN_LIMIT), ("budget", bank.limits.budget)):
        if row[name] > most:
            yield f"{row[name]} of {most} points are used of {name}"


async def audit(bank: BankPlace, revisions: Mapping[tuple[str, str], int], redeemed: Sequence[str]) -> AuditReport:
    """Check the whole ledger, and that everything that callers know is stored once."""
    connection = await asyncpg.connect(bank.place.owner_url)
    try:
        numbers = await _scheme_numbers(connection, bank)
        (row,) = await connection.fetch(_READ, *numbers)
        stored = {
            (found["source"], found["external_id"]): found["revision"]
            for found in await connection.fetch("SELECT source, external_id, revision FROM sale_key")
        }
        serials = [found[0] for found in await connection.fetch("SELECT serial FROM redemption")]
        keys = read_keys(SECRETS["TESSERA_COUPON_KEYS"])
        wrong = {
            "faults": len(list(_faults(row, bank))),
            "broken chains of balances": await connection.fetchval(_CHAINS),
            "gaps in numbers of entries": await connection.fetchval(_GAPS),
            "entries that go back in time": await connection.fetchval(_BACKWARD),
            "entries that were posted twice": await connection.fetchval(_TWICE),
            "lines without a valuation": await connection.fetchval(_UNVALUED),
            "lost sales": sum(stored.get(key, 0) < revision for key, revision in revisions.items()),
            "lost redemptions": len({keys.read(code).serial for code in redeemed} - set(serials)),
            "repeated redemptions": len(serials) - len(set(serials)),
        }
    finally:
        await connection.close()
    return AuditReport(wrong, row["shared"], budget=row["budget"], sales=len(stored), redemptions=len(serials))


async def _scheme_numbers(connection: Any, bank: BankPlace) -> tuple[int, int]:
    rows = await connection.fetch("SELECT id, number FROM scheme WHERE id = ANY($1)", [bank.limited, bank.budgeted])
    found = {row["id"]: row["number"] for row in rows}
    return found[bank.limited], found[bank.budgeted]

"""Reads the rows of the ledger as tests compare them."""

from typing import Any
from uuid import UUID

from domain.points.ledger import LedgerAccount, PointsEntryKind
from tests.support.databases import Cleaner


class LedgerRows:
    """Reads entries, valuations, balances, and pools, and checks what must always hold."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._fetch = cleaner.fetch

    async def entries(self, columns: str) -> list[tuple[Any, ...]]:
        """Columns of all entries, in the order of their ledgers."""
        return [tuple(row) for row in await self._fetch(f"SELECT {columns} FROM points_entry ORDER BY ecp, seq")]

    async def moves(self) -> list[tuple[str, int, int, int | None, int | None]]:
        """Kind, signed points, rule, cause, and what it takes back, of every entry."""
        found = await self.entries("kind, credit, points, rule, cause, reverses")
        return [
            (PointsEntryKind(kind).name, _signed(credit, points), rule, cause, reverses)
            for kind, credit, points, rule, cause, reverses in found
        ]

    async def valuations(self) -> list[tuple[int, int, int, int, int]]:
        """Sale, position, version, base, and bonus of every valuation."""
        columns = "sale, position, version, base, bonus"
        query = f"SELECT {columns} FROM valuation ORDER BY ecp, scheme, sold_at, sale, position, version"
        return [tuple(row) for row in await self._fetch(query)]

    async def balances(self) -> list[int]:
        """The available points of each account."""
        return [row[0] for row in await self._fetch("SELECT available FROM points_account ORDER BY ecp, scheme")]

    async def pools(self) -> dict[UUID, tuple[int, int, int]]:
        """Capacity, rest, and what is owed, of each pool; the budget has the id of zeros."""
        query = (
            "SELECT rule_id, capacity, (SELECT sum(rest)::bigint FROM points_pool AS part "
            "WHERE part.rule_id = points_pool_limit.rule_id), owed FROM points_pool_limit"
        )
        return {rule_id: (capacity, rest, owed) for rule_id, capacity, rest, owed in await self._fetch(query)}

    async def check(self) -> None:
        """Every balance is the sum of its entries, ledgers have no gaps, and nothing is taken back twice."""
        wrong = await self._fetch("""
            SELECT ecp, scheme FROM points_account
            WHERE available <> coalesce((
                SELECT sum(CASE 1 WHEN credit THEN points WHEN debit THEN -points ELSE 0 END) FROM points_entry AS entry
                WHERE entry.ecp = points_account.ecp AND entry.scheme = points_account.scheme), 0)
        """)
        assert [tuple(row) for row in wrong] == []
        gaps = await self._fetch("""
            SELECT ledger.ecp, ledger.seq, count(entry.seq), max(entry.seq) FROM points_ledger AS ledger
            LEFT JOIN points_entry AS entry USING (ecp) GROUP BY ledger.ecp
            HAVING ledger.seq <> count(entry.seq) OR ledger.seq <> coalesce(max(entry.seq), 0)
        """)
        assert [tuple(row) for row in gaps] == []
        twice = await self._fetch("""
            SELECT taken.ecp, taken.reverses FROM points_entry AS taken JOIN points_entry AS entry
                ON entry.ecp = taken.ecp AND entry.seq = taken.reverses
            GROUP BY taken.ecp, taken.reverses HAVING sum(taken.points) > min(entry.points)
        """)
        assert [tuple(row) for row in twice] == []


def _signed(credit: int, points: int) -> int:
    return points if credit == LedgerAccount.AVAILABLE else -points

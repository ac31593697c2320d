"""A scheme whose revisions change the limits over all ECPs, and take effect when a test says so."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.points.pools import BUDGET
from domain.rules.model import BonusRule, FlatPoints, QuantityClause, RuleLimits
from domain.schemes.content import SchemeContent, content_hash
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import key

ID: Final = key("rule 1")
LEDGER_TABLES: Final = (
    "points_entry, valuation, points_account, points_ledger, points_pool, points_pool_limit, points_scheme, "
    "sale, sale_line, sale_key, sale_return, job"
)


class Limits(Struct, frozen=True):
    """The limits of a revision: of its rule in total, and its budget."""

    rule: int | None
    budget: int | None

    @property
    def pools(self) -> dict[UUID, int]:
        """The capacity of each pool."""
        found = {ID: self.rule, BUDGET: self.budget}
        return {rule_id: limit for rule_id, limit in found.items() if limit is not None}


class Limited:
    """A scheme whose revisions come and go from example to example: each takes effect a day after the one before."""

    def __init__(self, desk: LedgerDesk, owner: asyncpg.Connection, scheme_id: UUID, ecp_ids: list[UUID]) -> None:
        self.desk = desk
        self._owner = owner
        self.scheme_id = scheme_id
        self.ecp_ids = ecp_ids

    async def begin(self) -> None:
        """Empty the ledger, and leave no revision but the first."""
        await self._owner.execute(f"TRUNCATE {LEDGER_TABLES}")
        await self._change("DELETE FROM scheme_revision WHERE scheme_id = $1 AND number > 1", self.scheme_id)
        self.desk = LedgerDesk(self.desk.environment, self.desk.world)

    async def approve(self, number: int, limits: Limits, at: datetime) -> None:
        """Approve a revision."""
        (stored, *_) = await self._owner.fetch("SELECT * FROM scheme_revision WHERE scheme_id = $1", self.scheme_id)
        before = msgspec.json.decode(stored["content"], type=SchemeContent)
        rule = BonusRule(
            id=ID,
            name="Bulk",
            condition=QuantityClause(2),
            reward=FlatPoints(7),
            limits=RuleLimits(points_in_total=limits.rule),
        )
        content = replace(before, rules=(rule,), basics=replace(before.basics, budget=limits.budget))
        await self._change("DELETE FROM scheme_revision WHERE scheme_id = $1 AND number = $2", self.scheme_id, number)
        await self._change(
            "INSERT INTO scheme_revision (scheme_id, number, content_hash, content, effective_at, approved_at, "
            "approved_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.scheme_id,
            number,
            content_hash(content),
            msgspec.json.encode(content).decode(),
            at,
            stored["approved_at"],
            stored["approved_by"],
        )

    async def sell(self, name: str, ecp: int, at: datetime, units: int = 2) -> None:
        """Record a sale of AMB-1L, which has 10 base points for each unit."""
        await self.desk.sell(self.ecp_ids[ecp], name, at, Line("AMB-1L", units))

    async def granted(self) -> dict[UUID, int]:
        """What the newest valuations pay: of the rule, and together."""
        (row,) = await self._owner.fetch(
            "SELECT coalesce(sum(bonus), 0)::int AS bonus, coalesce(sum(base + bonus), 0)::int AS together FROM ("
            "SELECT DISTINCT ON (ecp, sale, position) base, bonus FROM valuation "
            "ORDER BY ecp, sale, position, version DESC) AS newest"
        )
        return {ID: row["bonus"], BUDGET: row["together"]}

    async def _change(self, sql: str, *values: Any) -> None:
        async with self._owner.transaction():
            await self._owner.execute("SET LOCAL session_replication_role = replica")
            await self._owner.execute(sql, *values)

"""A scheme whose revisions change the limits over all ECPs, and take effect when a test says so."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.points.pools import BUDGET
from domain.points.valuation_facts import decode_facts
from domain.rules.model import (
    AllOf,
    BonusRule,
    FlatPoints,
    QuantityClause,
    RuleLimits,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.schemes.content import SchemeContent, content_hash
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import key

ID: Final = key("rule 1")
LEDGER_TABLES: Final = (
    "points_entry, valuation, points_account, points_ledger, points_pool, points_pool_limit, points_scheme, "
    "sale, sale_line, sale_key, sale_return, job"
)


class Limits(Struct, frozen=True):
    """The limits of a revision: of its rule in total, and its budget.

    So many `others` come before the rule, each worth 3 points; a revision without the rule has only these. Another rule
    pays 5 points once each of so many `volumes` of AMB-1L has 1 unit, 2 units, and so on.
    """

    rule: int | None
    budget: int | None
    others: int = 0
    has_rule: bool = True
    volumes: int = 0

    @property
    def pools(self) -> dict[UUID, int]:
        """The capacity of each pool."""
        found = {ID: self.rule if self.has_rule else None, BUDGET: self.budget}
        return {rule_id: limit for rule_id, limit in found.items() if limit is not None}

    def rules(self, variant_id: UUID) -> tuple[BonusRule, ...]:
        """The rules of the revision; `variant_id` is AMB-1L."""
        others = [
            BonusRule(id=key(f"other {at}"), name=f"Other {at}", condition=QuantityClause(1), reward=FlatPoints(3))
            for at in range(self.others)
        ]
        rule = BonusRule(
            id=ID,
            name="Bulk",
            condition=QuantityClause(2),
            reward=FlatPoints(7),
            limits=RuleLimits(points_in_total=self.rule),
        )
        volumes = [
            VolumeClause(
                VolumeMeasure.UNITS, VolumePeriod.SCHEME, at + 1, variant_ids=(variant_id, key(f"variant {at}"))
            )
            for at in range(self.volumes)
        ]
        reached = BonusRule(id=key("all"), name="All", condition=AllOf(tuple(volumes)), reward=FlatPoints(5))
        return (*others, *([rule] if self.has_rule else []), *([reached] if volumes else []))


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
        content = replace(
            before,
            rules=limits.rules(self.desk.world.variants["AMB-1L"].id),
            basics=replace(before.basics, budget=limits.budget),
        )
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
        rows = await self._owner.fetch(
            "SELECT DISTINCT ON (ecp, sale, position) base, bonus, facts, content FROM valuation "
            "JOIN scheme_revision ON scheme_id = $1 AND number = revision ORDER BY ecp, sale, position, version DESC",
            self.scheme_id,
        )
        granted = {ID: 0, BUDGET: 0}
        for row in rows:
            rules = msgspec.json.decode(row["content"], type=SchemeContent).rules
            paid = decode_facts(row["facts"]).points_by_rule(len(rules))
            granted[BUDGET] += row["base"] + row["bonus"]
            granted[ID] += sum(points for rule, points in zip(rules, paid, strict=True) if rule.id == ID)
        return granted

    async def _change(self, sql: str, *values: Any) -> None:
        async with self._owner.transaction():
            await self._owner.execute("SET LOCAL session_replication_role = replica")
            await self._owner.execute(sql, *values)

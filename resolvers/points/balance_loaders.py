"""Loaders of balances: the points of ECPs by scheme, now or as they were known at a time (R22)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.points.balance_reads import balances_by_ecp
from db.points.entry_reads import balances_known_before
from db.points.entry_rows import BalanceRow
from domain.points.entry_facts import negative_balance_sentence
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_many
from resolvers.points.known_time import end_of_known
from resolvers.schemes.loaders import remember_schemes, scheme_parameters


class BalanceView(Struct, frozen=True):
    """The balance of an ECP: its points by scheme, and the time as of which they count."""

    by_scheme: Sequence[BalanceRow]
    as_of: datetime

    @property
    def total(self) -> int:
        """The available points of all schemes together."""
        return sum(row.available for row in self.by_scheme)


async def balances_of_ecps(
    operation: Operation, ids: list[UUID], as_known_at: datetime | None = None
) -> list[BalanceView]:
    """Load the balance of each ECP that the viewer may see; no points for others. Raises BadArgument."""
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [BalanceView((), operation.now)] * len(ids)
    if as_known_at is None:
        rows = await _balances_now(operation, ids, scope)
    else:
        until = await end_of_known(operation, as_known_at)
        own = scope_parameters(operation.viewer, scope)
        rows = await operation.fetch(balances_known_before(scope), ids=ids, until=until, **own)
    as_of = as_known_at or operation.now
    return [BalanceView(found, as_of) for found in align_many(ids, rows, lambda row: row.ecp_id)]


async def _balances_now(operation: Operation, ids: list[UUID], scope: EcpScope) -> list[BalanceRow]:
    """Read balances. Their schemes come with them: those who see a balance see its scheme by name."""
    viewer = operation.viewer
    rows = await operation.fetch(
        balances_by_ecp(scope, viewer.scheme_scope),
        ids=ids,
        **scope_parameters(viewer, scope),
        **scheme_parameters(viewer),
    )
    remember_schemes(operation, [row.scheme for row in rows if row.scheme is not None])
    return [row.balance for row in rows]


def balance_notice(row: BalanceRow) -> str | None:
    """Write what a negative balance means; None for others."""
    return negative_balance_sentence(row.available)

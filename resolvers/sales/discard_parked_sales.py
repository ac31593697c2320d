"""The mutation discardParkedSales."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.sales.alias_changes import discard_rows
from db.sales.reads import parked_by_id
from domain.checks import choice_problems, reason_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.sales.facts import DISCARD_LIMIT
from domain.sales.scope import parked_scope_of
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.sales.loaders import scope_parameters
from resolvers.validation import reject_invalid


class DiscardParkedSales(Struct, frozen=True):
    """Do not record these parked sales."""

    ids: Sequence[UUID]
    reason: str


async def discard_parked_sales(operation: Operation, command: DiscardParkedSales) -> int:
    """Discard parked sales, all or none, and return how many; they are kept with the reason. Raises InvalidInput."""
    problems = list(reason_problems(command.reason))
    if not command.ids:
        problems.append(Problem(UserErrorCode.REQUIRED, "Choose at least one parked sale.", ("parkedSaleIds",)))
    account_id = operation.viewer.account_id
    async with operation.writing() as session:
        scope = parked_scope_of(operation.viewer)
        parameters = scope_parameters(operation.viewer, scope)
        rows = await session.fetch(parked_by_id(scope), ids=list(command.ids)[: DISCARD_LIMIT + 1], **parameters)
        known = {row.id for row in rows}
        problems += choice_problems(command.ids, known, "parkedSaleIds", "parked sale", DISCARD_LIMIT)
        reject_invalid(problems)
        discarded = await discard_rows(
            session, sorted(known), reason=trim_text(command.reason), at=operation.now, account_id=account_id
        )
        await append_event(operation, session, EventKind.PARKED_SALES_DISCARDED, account_id)
    return len(discarded)

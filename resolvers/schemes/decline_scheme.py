"""What requestSchemeChanges and rejectScheme share: a decision against the latest submission, with a reason."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.schemes import changes
from domain.checks import reason_problems
from domain.events import EventKind
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stored_facts import ChangesRequested, SchemeRejected
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import NewActivity, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.validation import reject_invalid

_DECLINING: Final[Mapping[Decision, tuple[SchemeAction, EventKind, type[ChangesRequested | SchemeRejected]]]] = {
    Decision.CHANGES_REQUESTED: (
        SchemeAction.REQUEST_CHANGES,
        EventKind.SCHEME_CHANGES_REQUESTED,
        ChangesRequested,
    ),
    Decision.REJECTED: (SchemeAction.REJECT, EventKind.SCHEME_REJECTED, SchemeRejected),
}


class DeclineScheme(Struct, frozen=True):
    """Request changes to a scheme, or reject it, with a reason."""

    scheme_id: UUID
    reason: str


async def decline_scheme(operation: Operation, command: DeclineScheme, decision: Decision) -> UUID:
    """Decide against the latest submission. `decision` is CHANGES_REQUESTED or REJECTED.

    Raises InvalidInput, NotFound, IllegalState and SelfApproval.
    """
    action, event_kind, build_fact = _DECLINING[decision]
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        SCHEME_GUARDS.check(action, definition.standing, operation.viewer)
        await changes.record_scheme_decision(
            session,
            scheme_id=command.scheme_id,
            number=definition.latest_submission.number,
            decision=decision,
            reason=reason,
            account_id=operation.viewer.account_id,
            at=operation.now,
        )
        if decision is Decision.REJECTED:
            await changes.touch_scheme(session, command.scheme_id, rejected_at=operation.now)
        after = await rederive(operation, session, command.scheme_id)
        activity = NewActivity(event_kind, build_fact(after.name, reason))
        await record_activity(operation, session, command.scheme_id, activity)
    return command.scheme_id

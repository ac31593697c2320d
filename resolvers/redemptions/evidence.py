"""A scan of a missing or lost coupon is evidence of where it is: keep it with the discrepancy of the coupon."""

from db.outbox.changes import NewEvent, append_events
from db.redemptions.changes import ADD_EVIDENCE
from db.redemptions.redeeming_reads import LOCK_DISCREPANCY_OF_SERIAL
from db.sessions import Writing
from domain.consignments.events import about_consignment
from domain.consignments.stored_facts import MissingCouponScanned
from domain.events import EventKind
from domain.permissions import Role
from domain.redemptions.facts import AttemptResult, CouponFacts
from resolvers.context import Operation
from resolvers.notifications.notify import notify_role


async def keep_evidence(operation: Operation, session: Writing, facts: CouponFacts, result: AttemptResult) -> None:
    """Keep the scan with the discrepancy of the coupon; the first scan of a discrepancy notifies Operations."""
    found = await session.fetch(LOCK_DISCREPANCY_OF_SERIAL, line_id=facts.line_id, serial=facts.serial)
    for missing in found:
        added = await session.run(
            ADD_EVIDENCE,
            id=operation.new_id(),
            discrepancy_id=missing.discrepancy_id,
            serial=facts.serial,
            ecp=facts.ecp,
            result=result.value,
            scanned_at=operation.now,
        )
        if not added:
            continue
        about = about_consignment(
            scheme_id=missing.scheme_id, consignment_id=missing.consignment_id, vendor_ids=(missing.vendor_id,)
        )
        event = NewEvent(EventKind.MISSING_COUPON_SCANNED, missing.discrepancy_id, about)
        await append_events(session, [event], operation.now)
        if missing.is_first:
            fact = MissingCouponScanned(
                consignment_id=missing.consignment_id,
                code=missing.consignment,
                sku=missing.sku,
                serial=facts.serial,
                lost=result is AttemptResult.LOST,
            )
            await notify_role(operation, session, (event.kind, missing.scheme_id), Role.OPERATIONS, fact)

"""Check the chain of vendors and the due date of a consignment."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from db.catalog.reads import VENDORS_BY_ID
from db.catalog.rows import VendorRow
from db.sessions import Writing
from domain.catalog.facts import VendorKind
from domain.consignments.chains import chain_problems, chain_warnings
from domain.consignments.failures import ChainNotAcknowledged
from domain.failures import Problem, UserErrorCode
from resolvers.loading import align_one
from resolvers.validation import reject_invalid


async def check_chain(session: Writing, vendor_ids: Sequence[UUID], *, acknowledged: bool) -> list[VendorRow]:
    """Load the vendors of a chain in its order. Raises InvalidInput, and ChainNotAcknowledged for an unusual chain."""
    ids = list(vendor_ids)
    found = align_one(ids, await session.fetch(VENDORS_BY_ID, ids=ids), lambda row: row.id)
    kinds = [None if vendor is None else VendorKind(vendor.kind) for vendor in found]
    reject_invalid(chain_problems(ids, kinds, ("vendorIds",)))
    vendors = [vendor for vendor in found if vendor is not None]
    warnings = chain_warnings([VendorKind(vendor.kind) for vendor in vendors])
    if warnings and not acknowledged:
        raise ChainNotAcknowledged(warnings)
    return vendors


def due_problems(due_on: date | None, today: date) -> Iterator[Problem]:
    """A problem of a due date that is over. None has none."""
    if due_on is not None and due_on < today:
        yield Problem(UserErrorCode.INVALID, "The due date is over. Choose today or a later day.", ("dueOn",))

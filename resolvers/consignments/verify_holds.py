"""Verify what superseded artwork holds: it must follow from what was printed, and from where that is (R16, N3)."""

from collections.abc import AsyncIterator
from typing import Final

from db.artwork import verify_reads as statements
from db.consignments.verify_rows import VerifiedConsignmentRow
from db.sessions import Fetching
from domain.spans import Spans

_FAULTS: Final = (
    (statements.HELD_WITHOUT_REASON, "held although {} no older version of the artwork", ("it carries", "they carry")),
    (statements.HELD_AFTER_SETTLED, "held although {} neither good nor unresolved", ("it is", "they are")),
    (statements.HELD_TWICE, "held by two discrepancies", ("", "")),
    (statements.NOT_HELD, "not held although {} superseded artwork", ("it carries", "they carry")),
)


async def verify_holds(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    """Find everything about held serials that contradicts custody, as sentences."""
    for statement, fault, they in _FAULTS:
        for row in await fetching.fetch(statement, consignment_id=consignment.id):
            serials = Spans.parse(row.text)
            one = serials.quantity == 1
            name = f"the {'serial' if one else 'serials'} {serials.describe()} {'is' if one else 'are'}"
            yield f"{row.sku}: {name} {fault.format(they[0] if one else they[1])}."
    for row in await fetching.fetch(statements.UNKNOWN_VERSIONS, consignment_id=consignment.id):
        yield f"{row.sku}: movement {row.text} printed a version of the artwork that does not exist."

"""What designers and reviewers do to artwork, as far as coupons notice: new versions, requests, and approvals."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import text

from db.sessions import Writing
from resolvers.consignments.artwork_locking import lock_artworks
from resolvers.consignments.artwork_states import refresh_carriers
from resolvers.consignments.superseding import hold_superseded
from resolvers.context import Operation
from resolvers.schemes.execution import rederive_execution

_FILE: Final = text("""
INSERT INTO stored_file (id, name, content_type, byte_size, sha256, created_at, created_by)
VALUES (:id, 'label.pdf', 'application/pdf', 1000, sha256('label'), :at, :by)
""")
_CURRENT: Final = text("UPDATE artwork SET current_version = :version WHERE id = :artwork_id")
_VERSION: Final = text("""
INSERT INTO artwork_version (id, artwork_id, number, file_id, uploaded_at, uploaded_by)
VALUES (:id, :artwork_id, :version, :id, :at, :by)
""")
_REVIEW: Final = text("""
INSERT INTO artwork_review (artwork_id, version, vendor_id, state, comment, decided_at, decided_by)
SELECT :artwork_id, :version, vendor_id, :state, :comment, :at, :by
FROM unnest(CAST(:vendor_ids AS uuid[])) AS reviewer (vendor_id)
ON CONFLICT (artwork_id, version, vendor_id) DO UPDATE
SET state = excluded.state, comment = excluded.comment, decided_at = excluded.decided_at
""")


class Upload(Struct, frozen=True):
    """A new version of the artwork of a variant, which these vendors approve at once."""

    scheme_id: UUID
    variant_id: UUID
    approved_by: tuple[UUID, ...] = ()


class Review(Struct, frozen=True):
    """What a vendor decides about the current version: it asks for a revision, or approves."""

    scheme_id: UUID
    variant_id: UUID
    vendor_id: UUID
    requests: bool


async def upload(operation: Operation, command: Upload) -> int:
    """Make a new version the current one; return its number."""
    writing: Any
    async with operation.writing() as session:
        # Text that SQLAlchemy runs as a change.
        writing = session
        scheme_id, variant_id = command.scheme_id, command.variant_id
        (facts,) = await lock_artworks(session, scheme_id, [variant_id], exclusive=True)
        version = facts.version + 1
        made = {"id": uuid4(), "at": operation.now, "by": operation.viewer.account_id}
        await writing.execute(_FILE, made)
        await writing.execute(_CURRENT, {"artwork_id": facts.id, "version": version})
        await writing.execute(_VERSION, {**made, "artwork_id": facts.id, "version": version})
        await _decide(operation, session, (facts.id, version), command.approved_by, requests=False)
        await hold_superseded(operation, session, scheme_id=scheme_id, variant_id=variant_id, version=version)
        await _rederive(operation, session, command)
    return version


async def review(operation: Operation, command: Review) -> UUID:
    """Store the decision of a vendor about the current version; return the id of the artwork."""
    async with operation.writing() as session:
        (facts,) = await lock_artworks(session, command.scheme_id, [command.variant_id], exclusive=True)
        place, vendors = (facts.id, facts.version), (command.vendor_id,)
        await _decide(operation, session, place, vendors, requests=command.requests)
        await _rederive(operation, session, command)
    return facts.id


async def _rederive(operation: Operation, session: Writing, command: Upload | Review) -> None:
    """Derive the states of consignments and the stages of the scheme again."""
    await refresh_carriers(operation, session, command.scheme_id, [command.variant_id])
    await rederive_execution(operation, session, command.scheme_id)


async def _decide(
    operation: Operation, session: Any, place: tuple[UUID, int], vendor_ids: Sequence[UUID], *, requests: bool
) -> None:
    await session.execute(
        _REVIEW,
        {
            "artwork_id": place[0],
            "version": place[1],
            "vendor_ids": list(vendor_ids),
            "state": "REVISION_REQUESTED" if requests else "APPROVED",
            "comment": "The logo is cut off." if requests else None,
            "at": operation.now,
            "by": operation.viewer.account_id,
        },
    )

"""The mutation uploadArtwork."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.artwork.changes import NewVersion, add_version
from db.sessions import Writing
from domain.artwork.failures import VARIANT_PATH
from domain.artwork.inputs import upload_note_problems
from domain.artwork.state import ArtworkFacts
from domain.events import EventKind
from domain.failures import InvalidInput, Problem, UserErrorCode
from domain.files.facts import UploadPurpose
from domain.schemes.execution_facts import ArtworkUploaded
from domain.text import trim_text
from resolvers.artwork.notify import notify_of_version
from resolvers.artwork.thumbnails import queue_thumbnail
from resolvers.consignments.artwork_locking import add_artworks, lock_artworks
from resolvers.consignments.artwork_states import refresh_carriers
from resolvers.consignments.superseding import hold_superseded
from resolvers.context import Operation
from resolvers.files.take_upload import take_upload
from resolvers.schemes.execution import (
    NewActivity,
    lock_execution,
    quantities_of_scheme,
    record_activity,
    rederive_execution,
    require_scheme,
)
from resolvers.validation import reject_invalid

_UPLOAD_PATH: Final = ("input", "uploadId")


class UploadArtwork(Struct, frozen=True):
    """Make the file of an upload the current version of the artwork of a variant of a scheme."""

    scheme_id: UUID
    variant_id: UUID
    upload_id: UUID
    note: str | None = None


async def upload_artwork(operation: Operation, command: UploadArtwork) -> UUID:
    """Add the next version; return the id of the artwork. Every vendor whose chains carry the variant reviews it.

    Raises InvalidInput, NotFound, IllegalState, and the failures of `take_upload`.
    """
    reject_invalid(upload_note_problems(command.note))
    note = trim_text(command.note or "") or None
    async with operation.writing() as session:
        await _require_variant(operation, session, command)
        await add_artworks(operation, session, command.scheme_id, [command.variant_id])
        (before,) = await lock_artworks(session, command.scheme_id, [command.variant_id], exclusive=True)
        after = await _add_version(operation, session, command, before, note)
        await hold_superseded(
            operation,
            session,
            scheme_id=command.scheme_id,
            variant_id=command.variant_id,
            version=after.version,
        )
        await refresh_carriers(operation, session, command.scheme_id, [command.variant_id])
        definition = await lock_execution(operation, session, command.scheme_id)
        await rederive_execution(operation, session, command.scheme_id)
        fact = ArtworkUploaded(scheme=definition.name, sku=after.sku, version=after.version, note=note)
        activity = NewActivity(EventKind.ARTWORK_UPLOADED, fact)
        await record_activity(operation, session, command.scheme_id, activity)
        await notify_of_version(operation, session, after, answered=bool(before.requests))
    return before.id


async def _require_variant(operation: Operation, session: Writing, command: UploadArtwork) -> None:
    """Check that the viewer sees the scheme, and that the scheme has the variant. Raises NotFound and InvalidInput."""
    await require_scheme(operation, session, command.scheme_id)
    known = {each.variant_id for each in await quantities_of_scheme(session, command.scheme_id)}
    if command.variant_id not in known:
        raise InvalidInput(Problem(UserErrorCode.NOT_FOUND, "The scheme has no such variant.", VARIANT_PATH))


async def _add_version(
    operation: Operation, session: Writing, command: UploadArtwork, before: ArtworkFacts, note: str | None
) -> ArtworkFacts:
    """Take the upload as the next version; return the artwork as it is then, without decisions."""
    file = await take_upload(operation, session, command.upload_id, UploadPurpose.ARTWORK, _UPLOAD_PATH)
    version = NewVersion(
        id=operation.new_id(),
        artwork_id=before.id,
        number=before.version + 1,
        file_id=file.id,
        note=note,
        uploaded_at=operation.now,
        uploaded_by=operation.viewer.account_id,
    )
    await add_version(session, version)
    await queue_thumbnail(operation, session, version.id)
    return replace(before, version=version.number, uploaded_at=operation.now, decisions=())

"""The mutation saveSchemeBasics."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from db.schemes import changes
from db.sessions import Writing
from domain.files.facts import UploadPurpose
from domain.schemes.content import Basics
from domain.schemes.coupon_period import GRACE_DAYS
from domain.schemes.inputs import basics_problems
from domain.schemes.stages import WizardStepKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.files.take_upload import take_upload
from resolvers.schemes.edit import SavedStep, begin_edit, finish_edit
from resolvers.validation import reject_invalid


class SaveSchemeBasics(Struct, frozen=True):
    """Save the first step."""

    scheme_id: UUID
    expected_version: int
    basics: Basics


async def save_scheme_basics(operation: Operation, command: SaveSchemeBasics) -> SavedStep:
    """Save the basics; changed terms become their next version.

    Raises InvalidInput, NotFound, IllegalState, VersionConflict, and what `take_upload` raises.
    """
    step, basics = WizardStepKind.BASICS, _write_alike(command.basics)
    reject_invalid(basics_problems(basics))
    async with operation.writing() as session:
        draft = await begin_edit(operation, session, command.scheme_id, step, command.expected_version)
        await _take_materials(operation, session, draft.content.basics, basics)
        same_terms = draft.content.basics.terms_markdown == basics.terms_markdown
        terms_version = draft.scheme.terms_version + (0 if same_terms else 1)
        published_at = draft.scheme.terms_published_at if same_terms else None
        await changes.set_basics(session, draft.scheme, basics, terms_version, published_at)
        return await finish_edit(operation, session, draft, step)


async def _take_materials(operation: Operation, session: Writing, before: Basics, after: Basics) -> None:
    """Take the uploads of new materials. The file of an upload has its id, and a material keeps its file."""
    kept = {item.file_id for item in before.materials}
    for index, item in enumerate(after.materials):
        if item.file_id is not None and item.file_id not in kept:
            path = ("input", "materials", str(index), "uploadId")
            await take_upload(operation, session, item.file_id, UploadPurpose.MARKETING_MATERIAL, path)


def _write_alike(basics: Basics) -> Basics:
    """Trim all texts, and write what means the same alike; an empty text becomes None, except for the title."""
    texts = {name: trim_text(value) for name, value in asdict(basics).items() if isinstance(value, str)}
    materials = tuple(
        replace(item, title=trim_text(item.title), url=None if item.url is None else item.url.strip())
        for item in basics.materials
    )
    optional = {name: text or None for name, text in texts.items() if name != "title"}
    return replace(
        basics,
        title=texts["title"],
        materials=materials,
        point_value=None if basics.point_value is None else basics.point_value.plain,
        grace_days=None if basics.grace_days == GRACE_DAYS else basics.grace_days,
        **optional,
    )

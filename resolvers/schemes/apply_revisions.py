"""Apply approved revisions to their schemes when their time has come; only the leader does."""

from uuid import UUID

from msgspec.structs import replace

from db.schemes import changes as scheme_changes
from db.schemes import revision_changes as changes
from db.schemes.reads import LOCK_SCHEME
from db.schemes.revision_reads import DUE_REVISIONS, DUE_SCHEMES
from db.schemes.rows import RevisionRow
from db.sessions import Writing
from domain.events import EventKind
from domain.schemes.content import differences
from domain.schemes.stages import STEP_ORDER
from domain.schemes.stored_facts import RevisionApplied
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, names_of_changes
from resolvers.schemes.locking import load_scheme
from resolvers.schemes.record_activity import NewActivity, record_activity
from resolvers.schemes.rederive import rederive


async def list_due_schemes(operation: Operation) -> list[UUID]:
    """Schemes with an approved revision that is due, the longest overdue first."""
    return await operation.fetch(DUE_SCHEMES, now=operation.now)


async def apply_revisions(operation: Operation, scheme_id: UUID) -> int:
    """Apply every due revision of a scheme in the order of their times, and return their number.

    Applying them again does nothing. The operation needs no viewer.
    """
    async with operation.writing() as session:
        await session.fetch(LOCK_SCHEME, id=scheme_id)
        await operation.share_program(session)
        due = await session.fetch(DUE_REVISIONS, scheme_id=scheme_id, now=operation.now)
        for revision_id in due:
            await session.fetch(LOCK_SCHEME, id=revision_id)
            revision = await load_scheme(operation, session, revision_id)
            await _apply(operation, session, await load_scheme(operation, session, scheme_id), revision)
    return len(due)


async def _apply(operation: Operation, session: Writing, live: Definition, revision: Definition) -> None:
    """Replace the content of the scheme with that of the revision; everything else stays as it is."""
    scheme, number = live.scheme, revision.scheme.revision
    approved = next(found for found in revision.approved if found.number == number)
    await _replace_content(session, live, approved)
    await _merge_history(session, live, revision)
    await scheme_changes.touch_scheme(session, scheme.id, revision=number)
    await scheme_changes.touch_scheme(session, revision.scheme.id, applied_at=operation.now)
    after = await rederive(operation, session, scheme.id)
    activity = _describe_application(live, after)
    await record_activity(operation, session, scheme.id, activity, decided_by=approved.approved_by)


async def _replace_content(session: Writing, live: Definition, approved: RevisionRow) -> None:
    """Replace the content. Changed terms become the next version, published when the revision takes effect."""
    scheme, content = live.scheme, approved.content
    version, published_at = scheme.terms_version, scheme.terms_published_at
    if content.basics.terms_markdown != live.content.basics.terms_markdown:
        version, published_at = version + 1, approved.effective_at
    await scheme_changes.set_basics(session, scheme, content.basics, version, published_at)
    await scheme_changes.set_sections(session, scheme.id, content)


async def _merge_history(session: Writing, live: Definition, revision: Definition) -> None:
    """Move the history of the revision to the scheme: saves, submission, activity, and participants."""
    if live.submission is None or revision.submission is None:
        raise AssertionError("a scheme or revision was approved without a submission")
    await changes.copy_submission(
        session, revision.submission, scheme_id=live.scheme.id, number=live.submission.number + 1
    )
    await changes.hand_over(session, revision.scheme.id, live.scheme.id, revision.scheme.created_at)
    for kind in STEP_ORDER:
        saved, section = revision.sections[kind], live.sections[kind]
        if saved.version > 1:
            version = section.version + saved.version - 1
            authors = list(dict.fromkeys((*section.authors, *saved.authors)))
            merged = replace(saved, scheme_id=live.scheme.id, version=version, authors=authors)
            await scheme_changes.record_section_save(session, merged)


def _describe_application(before: Definition, after: Definition) -> NewActivity:
    changed = differences(before.content, after.content)
    fact = RevisionApplied(
        title=after.content.basics.title, number=after.scheme.revision, names=names_of_changes(changed, before, after)
    )
    return NewActivity(EventKind.SCHEME_REVISION_APPLIED, fact, changes=changed)

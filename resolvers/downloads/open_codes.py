"""A download of codes from its link to its end, with an entry in the audit log for each step."""

from uuid import UUID

from msgspec import Struct

from db.consignments.changes import mark_codes_downloaded
from db.consignments.code_reads import LIVE_CODES
from db.consignments.reads import CHAINS, lock_consignment
from db.outbox.changes import NewEvent, append_events
from domain.audit.stored_facts import (
    AuditFact,
    CodesDownloadBegun,
    CodesDownloadDenied,
    CodesDownloadFinished,
    CodesDownloadInterrupted,
    DenialReason,
)
from domain.consignments.events import about_consignment
from domain.consignments.failures import CONSIGNMENT_PATH
from domain.coupons.downloads import CodeFile, CodeSpan, file_name
from domain.events import EventKind
from domain.failures import NotFound
from domain.links import Link
from domain.node_kinds import NodeKind
from resolvers.audit.record import record_audit
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.downloads.contents import read_contents


class OpenedCodes(Struct, frozen=True):
    """A file of codes that is ready to be sent, for the holder of a link."""

    link: Link
    consignment: str
    sku: str | None
    file: CodeFile

    @property
    def name(self) -> str:
        """The name of the file."""
        return file_name(self.consignment, self.sku)


async def open_codes(operation: Operation, link: Link) -> OpenedCodes:
    """Begin a download: before the first code leaves, the consignment says that its codes are known.

    The lock excludes a cancellation, which gives serials back only if no code was downloaded. Raises what
    `read_contents` raises.
    """
    scope = operation.viewer.consignment_scope
    async with operation.writing() as session:
        lock = lock_consignment(scope, exclusive=True)
        if not await session.fetch(lock, id=link.subject_id, **scope_parameters(operation.viewer, scope)):
            raise NotFound("consignment", CONSIGNMENT_PATH)
        contents = await read_contents(operation, session, link.subject_id, link.part_id)
        rows = await session.fetch(LIVE_CODES, consignment_id=link.subject_id, variant_ids=list(contents.variant_ids))
        spans = [CodeSpan(row.sku, row.key_id, range(row.first, row.end)) for row in rows]
        chain = contents.chain
        opened = OpenedCodes(
            link=link,
            consignment=chain.code,
            sku=contents.sku,
            file=CodeFile(spans, operation.coupon_keys, operation.qr_template),
        )
        await mark_codes_downloaded(session, chain.id, operation.now)
        fact = CodesDownloadBegun(
            link_id=link.id, consignment=chain.code, sku=contents.sku, quantity=opened.file.quantity
        )
        await record_audit(operation, session, _subject(link), fact, actor_id=link.account_id)
        subjects = about_consignment(
            scheme_id=chain.scheme_id, consignment_id=chain.id, vendor_ids=chain.vendor_ids[:1]
        )
        event = NewEvent(EventKind.COUPON_CODES_DOWNLOADED, chain.id, subjects)
        await append_events(session, [event], operation.now)
    return opened


async def record_finished(operation: Operation, opened: OpenedCodes) -> None:
    """Record that the whole file was sent."""
    fact = CodesDownloadFinished(
        link_id=opened.link.id,
        consignment=opened.consignment,
        sku=opened.sku,
        quantity=opened.file.quantity,
        sha256=opened.file.sha256,
    )
    await _record(operation, opened.link, fact, actor_id=opened.link.account_id)


async def record_interrupted(operation: Operation, opened: OpenedCodes) -> None:
    """Record that the file was not sent to its end."""
    fact = CodesDownloadInterrupted(
        link_id=opened.link.id,
        consignment=opened.consignment,
        sku=opened.sku,
        quantity=opened.file.quantity,
        sent=opened.file.written,
    )
    await _record(operation, opened.link, fact, actor_id=opened.link.account_id)


async def record_denied(operation: Operation, link: Link, reason: DenialReason, *, actor_id: UUID) -> None:
    """Record that a genuine link did not open. The actor is its account, or the one that sent it instead."""
    async with operation.writing() as session:
        (chain,) = await session.fetch(CHAINS, ids=[link.subject_id])
        skus = dict(zip(chain.variant_ids, chain.skus, strict=True))
        fact = CodesDownloadDenied(
            link_id=link.id,
            consignment=chain.code,
            sku=None if link.part_id is None else skus[link.part_id],
            reason=reason,
            account_id=link.account_id,
        )
        await record_audit(operation, session, _subject(link), fact, actor_id=actor_id)


async def _record(operation: Operation, link: Link, fact: AuditFact, *, actor_id: UUID) -> None:
    async with operation.writing() as session:
        await record_audit(operation, session, _subject(link), fact, actor_id=actor_id)


def _subject(link: Link) -> tuple[NodeKind, UUID]:
    return NodeKind.CONSIGNMENT, link.subject_id

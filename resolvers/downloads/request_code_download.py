"""The mutation requestCodeDownload."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.audit.stored_facts import CodesLinkIssued
from domain.links import Link, LinkKind
from domain.node_kinds import NodeKind
from resolvers.audit.record import record_audit
from resolvers.context import Operation
from resolvers.downloads.contents import read_contents

# Where the server answers links to codes.
CODES_PATH: Final = "/downloads/codes"


class RequestCodeDownload(Struct, frozen=True):
    """Ask for the codes of a consignment; of all its variants without a variant."""

    consignment_id: UUID
    variant_id: UUID | None = None


class IssuedLink(Struct, frozen=True):
    """A link, until when it opens, and how many codes it gives now."""

    url: str
    expires_at: datetime
    row_count: int


async def request_code_download(operation: Operation, command: RequestCodeDownload) -> IssuedLink:
    """Sign a link for the viewer and record it in the audit log. No code leaves until the link is opened.

    Raises what `read_contents` raises, and LinksUnavailable.
    """
    viewer = operation.viewer
    link = Link(
        kind=LinkKind.COUPON_CODES,
        id=operation.new_id(),
        subject_id=command.consignment_id,
        account_id=viewer.account_id,
        expires_at=operation.now + operation.links.lifetime,
        part_id=command.variant_id,
    )
    async with operation.writing() as session:
        contents = await read_contents(operation, session, command.consignment_id, command.variant_id)
        text = operation.links.sign(link)
        fact = CodesLinkIssued(
            link_id=link.id,
            consignment=contents.chain.code,
            sku=contents.sku,
            quantity=contents.quantity,
            expires_at=link.expires_at,
        )
        subject = (NodeKind.CONSIGNMENT, command.consignment_id)
        await record_audit(operation, session, subject, fact, actor_id=viewer.account_id)
    return IssuedLink(f"{CODES_PATH}?link={text}", link.expires_at, contents.quantity)

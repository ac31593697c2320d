"""Links that download stored files."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.links import Link, LinkKind
from resolvers.context import Operation

# Where the server answers links to files.
FILES_PATH: Final = "/files"


def file_url(operation: Operation, file_id: UUID) -> str:
    """Sign a link with which the viewer's account downloads a file, as long as it may see the file.

    Call it only for files of objects that the viewer sees. Raises LinksUnavailable.
    """
    link = Link(
        kind=LinkKind.FILE,
        id=file_id,
        subject_id=file_id,
        account_id=operation.viewer.account_id,
        expires_at=link_expiry(operation),
    )
    return f"{FILES_PATH}/{operation.links.sign(link)}"


def link_expiry(operation: Operation) -> datetime:
    """The moment until which links of this operation open."""
    return operation.now + operation.links.lifetime

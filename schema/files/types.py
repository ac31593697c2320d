"""Types of files."""

from datetime import datetime

import strawberry

import schema.files.enums  # noqa: F401 - describes the purposes
from db.files.rows import UploadRow
from domain.files.facts import UploadPurpose
from domain.node_kinds import NodeKind
from schema.fields import computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import SafeInt


@strawberry.type(description="A stored file.")
class File:
    name: str = leaf("The name that the file had when it was uploaded.")
    content_type: str = leaf("The media type of the file.")
    byte_size: SafeInt = leaf("The size of the file in bytes.")
    url: str = leaf(
        "The URL that downloads the file, relative to the server. It is signed for the viewer, and anyone who has it "
        "can use it until it expires, as long as the viewer sees the file; a request with the token of another account "
        "is denied. Keep it secret."
    )
    expires_at: datetime = leaf("Until when the URL opens. Read it again for a new one.")


@node_type(UploadRow, "An upload that the viewer began. Other accounts do not see it.")
class Upload(Node):
    id: strawberry.ID = node_id(NodeKind.UPLOAD)
    file_name: str = leaf("The name of the file.")
    content_type: str = leaf("The media type that was announced.")
    byte_size: SafeInt = leaf("The size that was announced, in bytes.")
    purpose: UploadPurpose = computed(lambda row: UploadPurpose(row.purpose), "What the file is for.")
    is_finished: bool = computed(
        lambda row: row.file_id is not None, "Whether the whole file has arrived and was accepted."
    )
    is_used: bool = computed(
        lambda row: row.used_at is not None, "Whether a mutation has used the file. It cannot be used again."
    )
    created_at: datetime = leaf("When the upload began.")
    expires_at: datetime = leaf("Until when the file can be sent and used.")

"""Payloads of files."""

from datetime import datetime

import strawberry

from resolvers.files.loaders import uploads_by_id
from schema.fields import batched
from schema.files.types import Upload
from schema.payloads import KeyedPayload


@strawberry.type(description="The result of `createUpload`.")
class CreateUploadPayload(KeyedPayload):
    upload: Upload | None = batched(uploads_by_id, key="key", description="The upload. Null if there are errors.")
    upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="The ID of the upload, for the mutation that uses the file. Null if there are errors."
    )
    url: str | None = strawberry.field(
        default=None,
        description="Where to send the file with PUT. The URL is relative to the server, and it is a secret. Null if "
        "there are errors.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="Until when the file can be sent, and then used. Null if there are errors.",
    )

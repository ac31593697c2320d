"""Payloads of downloads."""

from datetime import datetime

import strawberry

from schema.payloads import Payload
from schema.scalars import SafeInt


@strawberry.type(description="The result of `requestCodeDownload`.")
class RequestCodeDownloadPayload(Payload):
    url: str | None = strawberry.field(
        default=None,
        description="The link to the file, relative to the address of the API. GET streams it as CSV with the columns "
        "code, serial, sku, and qrPayload. Its last line begins with `#` and has the number of codes and the SHA-256 "
        "of everything before it; a file without that line is incomplete. The link is a secret: anyone who has it "
        "can use it until it expires. It stops working when the account may no longer download the codes. "
        "Null if there are errors.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="Until when the link opens. A download that has begun continues. Null if there are errors.",
    )
    row_count: SafeInt | None = strawberry.field(
        default=None,
        description="How many codes the file has now. Coupons that become void leave it. Null if there are errors.",
    )

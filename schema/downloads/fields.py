"""Root fields of downloads."""

import strawberry

from domain.permissions import Permission
from resolvers.downloads.request_code_download import request_code_download
from schema.downloads import inputs, payloads
from schema.fields import AppInfo
from schema.roots import mutation
from schema.scalars import SafeInt


@strawberry.type
class DownloadMutations:
    @mutation(
        requires=Permission.CODES_DOWNLOAD,
        description="Create a link that downloads the codes of a consignment. Only Operations can do it, and the first "
        "vendor of the consignment while it has coupons to produce or on hand. The link, and every download with it, "
        "are entries of the audit log.",
    )
    async def request_code_download(
        self, info: AppInfo, input: inputs.RequestCodeDownloadInput
    ) -> payloads.RequestCodeDownloadPayload:
        issued = await request_code_download(info.context, input.to_command())
        return payloads.RequestCodeDownloadPayload(
            url=issued.url, expires_at=issued.expires_at, row_count=SafeInt(issued.row_count)
        )

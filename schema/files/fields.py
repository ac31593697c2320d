"""Root fields of files."""

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.files.create_upload import create_upload
from schema.fields import AppInfo
from schema.files import inputs, payloads
from schema.ids import encode_id
from schema.roots import mutation


@strawberry.type
class FileMutations:
    @mutation(
        requires=Permission.FILE_UPLOAD,
        description="Begin to upload a file. Send its bytes with PUT to the URL of the result; a request that breaks "
        "off can be resumed. Then name the upload in the mutation that uses the file.",
    )
    async def create_upload(self, info: AppInfo, input: inputs.CreateUploadInput) -> payloads.CreateUploadPayload:
        begun = await create_upload(info.context, input.to_command())
        return payloads.CreateUploadPayload(
            key=begun.id, upload_id=encode_id(NodeKind.UPLOAD, begun.id), url=begun.url, expires_at=begun.expires_at
        )

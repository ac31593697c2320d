"""Inputs of files."""

import strawberry

import schema.files.enums  # noqa: F401 - describes the purposes
from domain.files.facts import UploadPurpose
from resolvers.files.create_upload import CreateUpload
from schema.fields import leaf
from schema.scalars import SafeInt


@strawberry.input(description="A file to upload.")
class CreateUploadInput:
    file_name: str = leaf(
        "The name of the file without folders; 1 to 255 characters. It ends like its type: .png, .jpg, .pdf, …"
    )
    content_type: str = leaf("The media type of the file, such as `image/png`. The purpose decides which are accepted.")
    byte_size: SafeInt = leaf("The size of the file in bytes. The purpose decides how large it may be.")
    purpose: UploadPurpose = leaf("What the file is for.")

    def to_command(self) -> CreateUpload:
        """Convert the input."""
        return CreateUpload(
            file_name=self.file_name,
            content_type=self.content_type,
            byte_size=self.byte_size,
            purpose=self.purpose,
        )

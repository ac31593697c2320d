"""Inputs of downloads."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.downloads.request_code_download import RequestCodeDownload
from schema.fields import leaf, optional
from schema.ids import InputIds


@strawberry.input(description="The codes to download.")
class RequestCodeDownloadInput:
    consignment_id: strawberry.ID = leaf("The ID of the consignment.")
    variant_id: strawberry.ID | None = optional("The ID of one of its variants. Omit it to download all of them.")

    def to_command(self) -> RequestCodeDownload:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            consignment_id = ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId")
            variant_id = ids.maybe(NodeKind.VARIANT, self.variant_id, "variantId")
        return RequestCodeDownload(consignment_id, variant_id)

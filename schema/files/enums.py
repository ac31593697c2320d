"""Enums of files."""

from domain.files.facts import UploadPurpose
from schema.descriptions import described

described(
    UploadPurpose,
    "What a file is uploaded for.",
    {
        UploadPurpose.ARTWORK: "Artwork of a variant: PDF, SVG, PNG, or JPEG. Requires `artwork:upload`.",
        UploadPurpose.MARKETING_MATERIAL: "Marketing material of a scheme: PDF, SVG, PNG, or JPEG. Requires "
        "`scheme:define`.",
        UploadPurpose.SALES_IMPORT: "Sales to import with `importSales`: CSV, or NDJSON, under any of the "
        "types that browsers name for them. Requires `sale:import`.",
        UploadPurpose.LOGO: "The logo of the program: SVG, PNG, or JPEG. Requires `program:manage`.",
    },
)

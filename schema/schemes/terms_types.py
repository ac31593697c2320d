"""Types of the terms of a scheme, of its marketing materials, and of what is owed in it."""

from datetime import datetime

import strawberry

from domain.node_kinds import NodeKind
from resolvers.files.loaders import file_views_by_id
from resolvers.schemes.materials import material_content_types, material_urls
from schema.fields import batched, computed, leaf, renamed
from schema.files.types import File
from schema.ids import encode_id
from schema.money import Money
from schema.scalars import SafeInt


@strawberry.type(description="The terms and conditions of a scheme.")
class Terms:
    version: int = renamed(
        "terms_version", "The version of the text, from 1. Each change of the text creates the next version."
    )
    markdown: str = renamed("terms_markdown", "The text in Markdown.")
    published_at: datetime | None = renamed(
        "terms_published_at", "When the text came into force, with the scheme or a revision. Null until then."
    )


@strawberry.type(description="A piece of marketing material.")
class MarketingMaterial:
    title: str = leaf("The title.")
    url: str = batched(
        material_urls,
        key="place",
        description="The URL of the material. For an uploaded file it is relative to the server and signed for the "
        "viewer, and anyone who has it can use it until it expires after a few minutes.",
    )
    content_type: str = batched(
        material_content_types,
        key="place",
        description="The media type of the material. For a URL elsewhere it is derived from the ending.",
    )
    file: File | None = batched(
        file_views_by_id, key="file_id", description="The uploaded file. Null if the material is a URL elsewhere."
    )
    upload_id: strawberry.ID | None = computed(
        lambda material: None if material.file_id is None else encode_id(NodeKind.UPLOAD, material.file_id),
        "The ID of the upload of the file, with which `saveSchemeBasics` keeps the material. Null for a URL elsewhere.",
    )


@strawberry.type(description="What a program owes to the ECPs of a scheme.")
class Liability:
    points: SafeInt = leaf(
        "The points that ECPs have, and those that are being paid out. What was paid and what expired is not owed. "
        "Balances below zero reduce it."
    )
    amount: Money | None = leaf(
        "What these points are worth, before the amounts of payouts are rounded. Null if points have no value in money."
    )

"""Stored documents as clients see them: with the names of the GraphQL schema, and global IDs in place of UUIDs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from strawberry.utils.str_converters import to_camel_case

from domain.node_kinds import NodeKind
from schema.ids import encode_id

_KINDS: Final[Mapping[str, NodeKind]] = MappingProxyType(
    {
        "variantIds": NodeKind.VARIANT,
        "variant_id": NodeKind.VARIANT,
        "variant_ids": NodeKind.VARIANT,
        "product_ids": NodeKind.PRODUCT,
        "geographyIds": NodeKind.GEOGRAPHY,
        "geography_ids": NodeKind.GEOGRAPHY,
        "tier_ids": NodeKind.TIER,
        # The lower bound of a tier is an id, that of a quantity a number; only texts are ids.
        "at_least": NodeKind.TIER,
        "id": NodeKind.BONUS_RULE,
    }
)


def public_json(field: str, value: Any) -> Any:
    """The value of a stored field, as JSON that a client understands."""
    if isinstance(value, Mapping):
        return {to_camel_case(name): public_json(name, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [public_json(field, item) for item in value]
    if isinstance(value, str) and field in _KINDS:
        return encode_id(_KINDS[field], UUID(value))
    return value

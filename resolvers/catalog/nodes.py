"""The node kinds of the catalog."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.catalog.loaders import (
    categories_by_id,
    geographies_by_id,
    products_by_id,
    tiers_by_id,
    variants_by_id,
    vendors_by_id,
)
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.CATEGORY: NodeLoader(Permission.CATALOG_READ, categories_by_id),
        NodeKind.GEOGRAPHY: NodeLoader(Permission.CATALOG_READ, geographies_by_id),
        NodeKind.PRODUCT: NodeLoader(Permission.CATALOG_READ, products_by_id),
        NodeKind.TIER: NodeLoader(Permission.CATALOG_READ, tiers_by_id),
        NodeKind.VARIANT: NodeLoader(Permission.CATALOG_READ, variants_by_id),
        NodeKind.VENDOR: NodeLoader(Permission.VENDOR_READ, vendors_by_id),
    }
)

"""The node kinds of consignments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.consignments.batch_loaders import discrepancies_by_id, movements_by_id
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.consignments.pack_loaders import packs_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.BATCH: NodeLoader(Permission.CONSIGNMENT_READ, batches_by_id),
        NodeKind.BATCH_MOVEMENT: NodeLoader(Permission.CONSIGNMENT_READ, movements_by_id),
        NodeKind.CONSIGNMENT: NodeLoader(Permission.CONSIGNMENT_READ, consignments_by_id),
        NodeKind.DISCREPANCY: NodeLoader(Permission.CONSIGNMENT_READ, discrepancies_by_id),
        NodeKind.PACK: NodeLoader(Permission.CONSIGNMENT_READ, packs_by_id),
    }
)

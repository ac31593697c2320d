"""The type of entries of the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import strawberry

from db.audit.rows import AuditEntryRow
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.audit.loaders import audit_sentences
from resolvers.consignments.nodes import NODES as OF_CONSIGNMENTS
from resolvers.context import Operation
from resolvers.nodes import NodeLoader, find_nodes
from schema.accounts.types import Account
from schema.fields import batched, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type

# The kinds of nodes that entries are about. Unlike `resolvers.audit`, which all areas import, this knows them.
_SUBJECTS: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.CONSIGNMENT: OF_CONSIGNMENTS[NodeKind.CONSIGNMENT]}
)


async def _subjects(operation: Operation, keys: Sequence[tuple[NodeKind, UUID]]) -> list[Any]:
    known = [key for key in keys if key[0] in _SUBJECTS]
    found = dict(zip(known, await find_nodes(operation, _SUBJECTS, known), strict=True))
    return [found.get(key) for key in keys]


@node_type(AuditEntryRow, "An entry of the audit log. Entries are never changed or deleted.")
class AuditEntry(Node):
    id: strawberry.ID = node_id(NodeKind.AUDIT_ENTRY)
    at: datetime = leaf("When it happened.")
    actor: Account | None = batched(
        accounts_by_id, key="actor_id", description="The account that acted. Null if the server did."
    )
    kind: str = leaf("The kind of entry, as in the filter: `CODES_DOWNLOAD_FINISHED`.")
    sentence: str = batched(audit_sentences, key="stored", description="What happened, as a sentence for people.")
    subject: Node | None = batched(_subjects, key="subject_key", description="The object that the entry is about.")
    client_address: str | None = leaf("The network address that the request came from. Null if it is unknown.")
    user_agent: str | None = leaf("The program that sent the request, as it named itself. Null if it did not.")

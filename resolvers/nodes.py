"""Objects by global id: each area declares which loader answers for which kind of id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.context import Operation


class NodeLoader(Struct, frozen=True):
    """The permission that reading a kind of object requires, and the loader that finds such objects by id."""

    permission: Permission
    load: Callable[[Operation, list[UUID]], Awaitable[Sequence[Any]]]


async def find_nodes(
    operation: Operation, loaders: Mapping[NodeKind, NodeLoader], keys: Sequence[tuple[NodeKind, UUID]]
) -> list[Any | None]:
    """The objects of the ids, in order, with one statement a kind.

    An object that is absent, one that the viewer may not see, and one of a kind that the viewer's roles do not read
    are all None.
    """
    found: dict[tuple[NodeKind, UUID], Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in keys):
        loader = loaders[kind]
        if operation.viewer.may(loader.permission):
            ids = list(dict.fromkeys(key for of, key in keys if of is kind))
            rows = await loader.load(operation, ids)
            found.update(((kind, key), row) for key, row in zip(ids, rows, strict=True))
    return [found.get(key) for key in keys]

"""An environment of tests, which closes the operations that they leave open."""

from dataclasses import dataclass, field

from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.context import Operation


@dataclass(frozen=True, kw_only=True)
class ClosingEnvironment(Environment):
    """Remembers its operations: one that fails keeps its connection, for which the end of all tests would wait."""

    operations: list[Operation] = field(default_factory=list, compare=False, repr=False)

    def operation(self, viewer: Viewer | None, *, fresh: bool = False) -> Operation:
        """Start an operation, and remember it."""
        started = super().operation(viewer, fresh=fresh)
        self.operations.append(started)
        return started

    async def close(self) -> None:
        """Close every operation; most are closed already."""
        for operation in self.operations:
            await operation.close()

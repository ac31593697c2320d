"""The one way to walk the tree of a rule's condition; it never recurses, so no tree is too deep for it."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from domain.failures import Path
from domain.rules.model import AllOf, AnyOf, Clause, Condition, Not


class Node(Struct, frozen=True):
    """A condition and where it stands in its tree; `depth` is 1 at the root."""

    condition: Condition
    depth: int = 1
    parent: "Node | None" = None
    step: Path = ()

    @property
    def path(self) -> Path:
        """The way from the root to this condition, in the names of the GraphQL input."""
        steps: list[Path] = []
        node: Node | None = self
        while node is not None:
            steps.append(node.step)
            node = node.parent
        return tuple(name for step in reversed(steps) for name in step)

    def children(self) -> "tuple[Node, ...]":
        """Return the conditions directly beneath this one, in their order; a clause has none."""
        match self.condition:
            case AllOf(conditions):
                return self._beneath("all", conditions)
            case AnyOf(conditions):
                return self._beneath("any", conditions)
            case Not(condition):
                return (Node(condition, self.depth + 1, self, ("not",)),)
            case _:
                return ()

    def _beneath(self, name: str, conditions: tuple[Condition, ...]) -> "tuple[Node, ...]":
        return tuple(
            Node(condition, self.depth + 1, self, (name, str(index))) for index, condition in enumerate(conditions)
        )


def walk(condition: Condition, *, descend: Callable[[Node], bool] = lambda _: True) -> Iterator[Node]:
    """Yield the nodes of the tree in reading order, parents first; nothing beneath a node that `descend` refuses."""
    waiting = [Node(condition)]
    while waiting:
        node = waiting.pop()
        yield node
        if descend(node):
            waiting.extend(reversed(node.children()))


def clauses(condition: Condition) -> Iterator[Clause]:
    """Yield every clause of the tree in reading order, whether or not it stands beneath a NOT."""
    for node in walk(condition):
        if not isinstance(node.condition, AllOf | AnyOf | Not):
            yield node.condition

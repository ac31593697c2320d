"""Walks the tree of a rule's condition without recursion, so that no tree is too deep for it."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from domain.failures import Path
from domain.rules.model import AllOf, AnyOf, Clause, Condition, Not


class ConditionNode(Struct, frozen=True):
    """A condition with its position in the tree; `depth` is 1 at the root."""

    condition: Condition
    depth: int = 1
    parent: "ConditionNode | None" = None
    step: Path = ()

    @property
    def path(self) -> Path:
        """The path from the root to this condition, in the names of the GraphQL input."""
        steps: list[Path] = []
        node: ConditionNode | None = self
        while node is not None:
            steps.append(node.step)
            node = node.parent
        return tuple(name for step in reversed(steps) for name in step)

    def children(self) -> "tuple[ConditionNode, ...]":
        """Return the conditions directly beneath this one, in their order; a clause has none."""
        match self.condition:
            case AllOf(conditions):
                return self._beneath("all", conditions)
            case AnyOf(conditions):
                return self._beneath("any", conditions)
            case Not(condition):
                return (ConditionNode(condition=condition, depth=self.depth + 1, parent=self, step=("not",)),)
            case _:
                return ()

    def _beneath(self, name: str, conditions: tuple[Condition, ...]) -> "tuple[ConditionNode, ...]":
        return tuple(
            ConditionNode(condition=condition, depth=self.depth + 1, parent=self, step=(name, str(index)))
            for index, condition in enumerate(conditions)
        )


def walk_condition(
    condition: Condition, *, descend: Callable[[ConditionNode], bool] = lambda _: True
) -> Iterator[ConditionNode]:
    """Yield the nodes of the tree in reading order, parents first; skip the subtree of a node without `descend`."""
    pending = [ConditionNode(condition)]
    while pending:
        node = pending.pop()
        yield node
        if descend(node):
            pending.extend(reversed(node.children()))


def walk_clauses(condition: Condition) -> Iterator[Clause]:
    """Yield every clause of the tree in reading order, also those beneath a NOT."""
    for node in walk_condition(condition):
        if not isinstance(node.condition, AllOf | AnyOf | Not):
            yield node.condition

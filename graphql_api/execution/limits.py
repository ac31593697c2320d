"""Limits of documents: how deep, how many aliases and directives. One pass, each fragment measured once."""

import re
from collections.abc import Callable
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.language import Visitor, visit
from graphql.validation import ASTValidationRule, ValidationContext
from msgspec import Struct

# Python raises when it reads an integer of more than 4,300 digits.
NUMBER_LENGTH: Final = 1_000
_LONG_NUMBER: Final = re.compile(rf"[0-9]{{{NUMBER_LENGTH}}}")


class Limits(Struct, frozen=True):
    """The limits of a document, and of the entries of all lists in its answer."""

    tokens: int = 2_000
    depth: int = 12
    aliases: int = 30
    directives: int = 50
    entries: int = 50_000
    # Where graphql-core answers, which takes some hundred times as long.
    slow_entries: int = 10_000


class Size(Struct, frozen=True):
    """How large a selection is, with every fragment in it counted as often as it is spread."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0


class Measure:
    """Measures selections; each fragment once, however often it is spread, so a chain of them takes linear time."""

    def __init__(self, fragment: Callable[[str], FragmentDefinitionNode | None]) -> None:
        self._fragment = fragment
        self._sizes: dict[str, Size | None] = {}

    def of_set(self, selections: SelectionSetNode | None) -> Size:
        """Return the size of a selection set."""
        depth = aliases = directives = 0
        for selection in selections.selections if selections else ():
            size = self._of_selection(selection)
            depth = max(depth, size.depth)
            aliases += size.aliases
            directives += size.directives + len(selection.directives or ())
        return Size(depth, aliases, directives)

    def _of_selection(self, selection: SelectionNode) -> Size:
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        inner = self.of_set(selection.selection_set)  # type: ignore[attr-defined] # fields and inline fragments
        if not isinstance(selection, FieldNode):
            return inner
        depth = 0 if selection.name.value.startswith("__") else inner.depth + 1
        return Size(depth, inner.aliases + (selection.alias is not None), inner.directives)

    def _of_fragment(self, name: str) -> Size:
        if name in self._sizes:
            # None: the fragment contains itself, which other rules reject.
            return self._sizes[name] or Size()
        self._sizes[name] = None
        fragment = self._fragment(name)
        size = Size() if fragment is None else self.of_set(fragment.selection_set)
        self._sizes[name] = size
        return size


def long_number_errors(text: str, document: DocumentNode) -> list[GraphQLError]:
    """Return an error for each whole number in a document that is too long to be read."""
    errors: list[GraphQLError] = []

    class Numbers(Visitor):
        """Collects the errors."""

        def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
            """Reject a number that is too long."""
            if len(node.value) > NUMBER_LENGTH:
                message = f"A number has {len(node.value):,} digits, and at most {NUMBER_LENGTH:,} are allowed."
                errors.append(GraphQLError(message, node))

    if _LONG_NUMBER.search(text):
        visit(document, Numbers())
    return errors


def limit_rule(limits: Limits) -> type[ASTValidationRule]:
    """Return a validation rule that rejects operations beyond the limits; introspection may go deeper."""

    class WithinLimits(ASTValidationRule):
        """Measures every operation of the document."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self._measure = Measure(context.get_fragment)

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            """Reject an operation that is too large."""
            size = self._measure.of_set(node.selection_set)
            for name, found, allowed in (
                ("levels deep", size.depth, limits.depth),
                ("aliases", size.aliases, limits.aliases),
                ("directives", size.directives + len(node.directives or ()), limits.directives),
            ):
                if found > allowed:
                    message = f"The operation is too large: {found:,} {name}, and at most {allowed:,} are allowed."
                    self.report_error(GraphQLError(message, node))

    return WithinLimits

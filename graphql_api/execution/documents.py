"""Documents: parsed and validated once, and compiled once per operation and outcome of its conditions."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    parse,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.language import DirectiveNode, Visitor, visit
from graphql.validation import ASTValidationRule, specified_rules

from domain.lru_cache import LruCache
from graphql_api.execution.compile import Plan
from graphql_api.execution.limits import Limits, limit_rule, long_number_errors
from graphql_api.execution.variables import Variables

PLAN_CACHE_SIZE: Final = 16
# Characters of a document that is cached. Those of clients are shorter; a long one would take memory for a guest.
CACHED_LENGTH: Final = 32_768


class OperationDocument:
    """One operation of a document, with its plans."""

    def __init__(self, document: DocumentNode, definition: OperationDefinitionNode) -> None:
        self.document = document
        self.definition = definition
        self.fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.conditions = tuple(sorted(set(_condition_variables(document))))
        self.fragment_definitions = {name: found.definition for name, found in self.fragments.items()}
        self.variables: Variables | None = None
        self.plans: LruCache[tuple[Any, ...], Plan | str] = LruCache(PLAN_CACHE_SIZE)

    @property
    def name(self) -> str:
        """The operation's name, "" for one without."""
        return self.definition.name.value if self.definition.name else ""


class Document:
    """A valid document."""

    def __init__(self, node: DocumentNode) -> None:
        self._operations = [
            OperationDocument(node, definition)
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]

    def operation(self, name: str | None) -> OperationDocument | None:
        """Return the operation of this name, or the only one without a name; None when there is none."""
        if name is None:
            return self._operations[0] if len(self._operations) == 1 else None
        return next((operation for operation in self._operations if operation.name == name), None)


class Documents:
    """Valid documents by their text. Invalid ones are not cached: clients do not keep sending them."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, size: int, *, hide_suggestions: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        self._rules: tuple[type[ASTValidationRule], ...] = (*specified_rules, limit_rule(limits))
        self._known: LruCache[str, Document] = LruCache(size)
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._known)

    def operation_name(self, text: str) -> str:
        """Return the name of the only operation of a known document; "" if there is none."""
        document = self._known.get(text)
        operation = document.operation(None) if document else None
        return operation.name if operation else ""

    def prepare(self, text: str) -> Document | list[GraphQLError]:
        """Return the parsed and validated document, or the errors of its text."""
        known = self._known.get(text)
        if known is not None:
            self.hits += 1
            return known
        self.misses += 1
        try:
            node = parse(text, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            return [error]
        # Validation reads the numbers.
        errors = long_number_errors(text, node) or validate(
            self._schema, node, self._rules, hide_suggestions=self._hide_suggestions
        )
        if errors:
            return errors
        document = Document(node)
        if len(text) <= CACHED_LENGTH:
            self._known.put(text, document)
        return document


def _condition_variables(document: DocumentNode) -> Iterator[str]:
    """Yield the variables in @skip and @include: each combination of their values has its own plan."""
    found: list[str] = []

    class Conditions(Visitor):
        """Collects variables within directives of the executable document."""

        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            """Collect the variables."""
            found.extend(
                argument.value.name.value
                for argument in node.arguments or ()
                if isinstance(argument.value, VariableNode)
            )

    visit(document, Conditions())
    yield from found

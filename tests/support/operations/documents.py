"""The documents of `operations/` and their preparation."""

from typing import Any
from uuid import UUID

from graphql import OperationDefinitionNode, OperationType, parse

from schema.ids import decode_id
from tests.support.client import OPERATIONS, document

# The sender of a document, and its variables.
Prepared = tuple[str, dict[str, Any]]


def kind_of(name: str) -> OperationType:
    """Whether a document is a query, a mutation or a subscription."""
    definitions = parse(document(name)).definitions
    return next(found.operation for found in definitions if isinstance(found, OperationDefinitionNode))


def key_of(text: str) -> UUID:
    """The UUID in a global id."""
    found = decode_id(text)
    assert found is not None
    return found[1]


NAMES = sorted(path.relative_to(OPERATIONS).with_suffix("").as_posix() for path in OPERATIONS.rglob("*.graphql"))
# See test_subscription_operations.py for these.
SUBSCRIPTIONS = [name for name in NAMES if kind_of(name) is OperationType.SUBSCRIPTION]
DOCUMENTS = [name for name in NAMES if name not in SUBSCRIPTIONS]

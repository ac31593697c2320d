"""The interface of everything that has a global ID."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from schema.fields import leaf

T = TypeVar("T", bound=type)


@strawberry.interface(description="An object with a global ID. The queries `node` and `nodes` return it by that ID.")
class Node:
    id: strawberry.ID = leaf("The opaque global ID.")


def node_type(row: type, description: str) -> Callable[[T], T]:
    """Declare an identified type whose values are instances of `row`."""

    def declare(cls: T) -> T:
        cls.is_type_of = classmethod(lambda _cls, value, _info: isinstance(value, row))  # type: ignore[attr-defined]
        declared: T = strawberry.type(cls, description=description)
        return declared

    return declare


def is_row(row: type) -> Any:
    """The `is_type_of` of a type whose values are instances of `row`, for unions."""
    return classmethod(lambda _cls, value, _info: isinstance(value, row))

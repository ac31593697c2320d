"""Registers the domain's enumerations as GraphQL enums, with a description of every value."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

EnumT = TypeVar("EnumT", bound=Enum)


def described(
    members: type[EnumT], description: str, values: Mapping[EnumT, str], *, name: str | None = None
) -> type[EnumT]:
    """Register an enumeration with GraphQL. `values` describes each member; raises TypeError if one is missing.

    `name` is its name in GraphQL, where that is another one.
    """
    missing = set(members) - values.keys()
    if missing:
        message = f"{members.__name__} has no description for {', '.join(sorted(member.name for member in missing))}"
        raise TypeError(message)
    strawberry.enum(members, name=name, description=description)
    definition: StrawberryEnumDefinition = members.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[members(value.value)]
    return members

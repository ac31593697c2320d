"""The shapes of input types: which of them can be compiled, and the JSON that msgspec accepts for each."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, ForwardRef, Literal

import msgspec
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    is_required_input_field,
)
from strawberry.relay import GlobalID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

# Scalars that msgspec decodes as graphql-core coerces them. It rejects rare forms, like 3.0 for an Int or 4 for an ID.
NATIVE_TYPES: Final[Mapping[Any, Any]] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: Annotated[int, msgspec.Meta(ge=GRAPHQL_MIN_INT, le=GRAPHQL_MAX_INT)],
}
ABSENT: Final = object()
DEFINITION: Final = GraphQLCoreConverter.DEFINITION_BACKREF


def members_of(kind: GraphQLInputObjectType) -> Iterator[tuple[StrawberryField, GraphQLInputField, Any]]:
    """Yield the fields of an input type with the types of their values; the field of a @oneOf is never null."""
    for field in kind.fields.values():
        one_of = kind.extensions[DEFINITION].is_one_of
        yield field.extensions[DEFINITION], field, GraphQLNonNull(field.type) if one_of else field.type


def is_covered(kind: GraphQLInputObjectType) -> bool:
    """Whether Strawberry constructs the input from its fields alone, and each field as its GraphQL type says."""
    owner, members = kind.extensions[DEFINITION], list(members_of(kind))
    return (
        owner.from_input is None
        and len(members) == len(owner.fields)
        and all(matches(found.resolve_type(type_definition=owner), type_) for found, _, type_ in members)
    )


def matches(declared: Any, type_: Any) -> bool:
    """Whether Strawberry converts a value as its GraphQL type says; it does more for `Maybe` and `GlobalID`."""
    if isinstance(type_, GraphQLNonNull):
        return matches(declared, type_.of_type)
    if isinstance(declared, LazyType):
        return matches(declared.resolve_type(), type_)
    if isinstance(declared, StrawberryOptional) and not isinstance(declared, StrawberryMaybe):
        return matches(declared.of_type, type_)
    if isinstance(type_, GraphQLList):
        return isinstance(declared, StrawberryList) and matches(declared.of_type, type_.of_type)
    if isinstance(type_, GraphQLInputObjectType):
        return get_object_definition(declared) is type_.extensions[DEFINITION]
    return declared is not GlobalID and not isinstance(declared, StrawberryMaybe)


def struct_of(kind: GraphQLInputObjectType) -> Any:
    """Return the struct of the JSON that is accepted for an input type."""
    fields = [
        (definition.python_name, input_shape_of(type_), msgspec.NODEFAULT if is_required_input_field(field) else ABSENT)
        for definition, field, type_ in members_of(kind)
    ]
    renamed = dict(zip((name for name, *_ in fields), kind.fields, strict=True))
    return msgspec.defstruct(kind.name, fields, kw_only=True, forbid_unknown_fields=True, rename=renamed)


def input_shape_of(type_: Any) -> Any:
    """Return the type of the JSON for a type. Structs are named, because they may contain themselves."""
    if not isinstance(type_, GraphQLNonNull):
        return input_shape_of(GraphQLNonNull(type_)) | None
    inner = type_.of_type
    if isinstance(inner, GraphQLList):
        return list[input_shape_of(inner.of_type)]  # type: ignore[misc] # made while the program runs
    if isinstance(inner, GraphQLInputObjectType):
        return ForwardRef(f"struct_{inner.name}")
    if isinstance(inner, GraphQLEnumType):
        return Literal[tuple(inner.values)]
    # Custom scalars accept anything here; their own parsers check it later.
    return NATIVE_TYPES.get(inner, Any)

"""Rows by name: the columns of a SELECT are derived from the type of its rows, and checked against it."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Generic, TypeVar, get_args, get_type_hints

from msgspec import Struct
from sqlalchemy import ColumnClause, ColumnElement, CompoundSelect, Select, TextualSelect
from sqlalchemy import column as column_named

RowT = TypeVar("RowT")
# Everything that returns rows: a SELECT, a union of several, or text that names its columns.
ReturnsRows = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | TextualSelect
MemberT = TypeVar("MemberT", bound=Enum)

# Separates the name of a field that holds a row from the names of that row's own fields.
_WITHIN: Final = "__"


class Shape(Generic[RowT]):
    """How the columns of a query become one value: the names that they must have, and the constructor of the value."""

    def __init__(self, title: str, names: tuple[str, ...] | None, build: Callable[..., RowT]) -> None:
        self.title = title
        self.build = build
        self._names = names

    def check(self, query: ReturnsRows) -> None:
        """Raise TypeError unless the columns of the query have the names of this shape, in its order."""
        found = tuple(str(column.key) for column in query.selected_columns)
        if self._names is None and len(found) != 1:
            message = f"{self.title} needs one column, but the statement has {len(found)}."
            raise TypeError(message)
        if self._names is not None and found != self._names:
            expected, given = ", ".join(self._names), ", ".join(found) or "none"
            message = f"{self.title} needs the columns {expected}, but the statement has {given}."
            raise TypeError(message)


def named_columns(row: type[Any]) -> list[ColumnClause[Any]]:
    """One column for each field of the row type, for statements that are written as text."""
    return [column_named(name) for name in _fields(row)]


def columns(table: Any, row: type[Any], **expressions: Any) -> list[ColumnElement[Any]]:
    """One column for each field of the row type, in the order of the fields and labeled with their names.

    It is the column of `table` that has the name of the field, or the expression given for the field. For a field that
    holds a row, give the `columns` of that row. `table` is a mapped class, an alias of one, or the columns
    of a subquery. Raises TypeError for a field without a column, and for an expression without a field.
    """
    unknown = expressions.keys() - set(_fields(row))
    if unknown:
        message = f"{row.__name__} has no field named {', '.join(sorted(unknown))}."
        raise TypeError(message)
    return [column for name in _fields(row) for column in _columns_of_field(table, row, name, expressions)]


def scalar(value: type[RowT]) -> Shape[RowT]:
    """The shape of a query with one column, whatever its name: each row is the value itself."""
    return Shape(value.__name__, None, _same)


def flags(members: type[MemberT]) -> Shape[frozenset[MemberT]]:
    """The shape of a query with one boolean column for each member, named like it: the members that are true."""
    ordered = tuple(members)

    def build(*given: bool) -> frozenset[MemberT]:
        return frozenset(member for member, yes in zip(ordered, given, strict=True) if yes)

    return Shape(members.__name__, tuple(member.name for member in ordered), build)


def shape_of(row: type[RowT]) -> Shape[RowT]:
    """The shape of a row type, which is a Struct or a NamedTuple.

    A field that is annotated with another row type is built from the columns of that row. If the field may be None, it
    is None where the first of those columns is null, as in a row that an outer join has not found.
    """
    names = tuple(_names(row))
    is_flat = all(part is None for part, _ in _parts(row).values())
    return Shape(row.__name__, names, row if is_flat else _nested(row))


def is_row(candidate: Any) -> bool:
    """Whether this is the type of a row: a Struct or a NamedTuple."""
    return isinstance(candidate, type) and (issubclass(candidate, Struct) or hasattr(candidate, "_fields"))


def _same(value: RowT) -> RowT:
    return value


def _fields(row: type[Any]) -> tuple[str, ...]:
    fields: tuple[str, ...] = row.__struct_fields__ if issubclass(row, Struct) else row._fields
    return fields


def _columns_of_field(table: Any, row: type[Any], name: str, expressions: dict[str, Any]) -> list[ColumnElement[Any]]:
    given = expressions.get(name)
    if isinstance(given, list):
        return [column.label(f"{name}{_WITHIN}{column.key}") for column in given]
    found = getattr(table, name, None) if given is None else given
    if found is None:
        message = f"No column gives the field {name} of {row.__name__}."
        raise TypeError(message)
    return [found if getattr(found, "key", None) == name else found.label(name)]


def _parts(row: type[Any]) -> dict[str, tuple[type[Any] | None, bool]]:
    """For each field the type of the row that it holds, if it holds one, and whether it may be None instead."""
    hints = get_type_hints(row)
    parts: dict[str, tuple[type[Any] | None, bool]] = {}
    for name in _fields(row):
        candidates = [option for option in (hints[name], *get_args(hints[name])) if is_row(option)]
        optional = type(None) in get_args(hints[name])
        parts[name] = (candidates[0] if candidates else None, optional)
    return parts


def _names(row: type[Any]) -> list[str]:
    """The names of the columns of a row, those of the rows within it too."""
    names: list[str] = []
    for name, (part, _) in _parts(row).items():
        names += [name] if part is None else [f"{name}{_WITHIN}{inner}" for inner in _names(part)]
    return names


def _nested(row: type[RowT]) -> Callable[..., RowT]:
    """The constructor of a row that holds rows, from all columns in order.

    It is written as one expression and compiled, as namedtuple does it: `lambda a, b, c: Row(a, Inner(b, c))`. Taking
    the columns of inner rows out of a tuple costs twice as much, for every row that is read.
    """
    types: dict[str, type[Any]] = {}
    arguments: list[str] = []
    body = _construction(row, optional=False, types=types, arguments=arguments)
    build: Callable[..., RowT] = eval(f"lambda {', '.join(arguments)}: {body}", types)  # noqa: S307 - no text of others
    return build


def _construction(row: type[Any], *, optional: bool, types: dict[str, type[Any]], arguments: list[str]) -> str:
    """The expression that builds a row; adds the types that it calls and the arguments that it takes."""
    name = f"type_{len(types)}"
    types[name] = row
    first = f"column_{len(arguments)}"
    values: list[str] = []
    for part, may_be_none in _parts(row).values():
        if part is None:
            values.append(f"column_{len(arguments)}")
            arguments.append(values[-1])
        else:
            values.append(_construction(part, optional=may_be_none, types=types, arguments=arguments))
    call = f"{name}({', '.join(values)})"
    return f"(None if {first} is None else {call})" if optional else call

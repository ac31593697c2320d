"""Reads and changes, compiled once: SQLAlchemy writes the SQL, asyncpg runs it, and rows become typed values."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, BindParameter, Boolean, LargeBinary, Select, Text, TextClause, bindparam
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, UUID
from sqlalchemy.dialects.postgresql.asyncpg import dialect as AsyncpgDialect  # noqa: N812 - it is a class
from sqlalchemy.sql.compiler import Compiled
from sqlalchemy.sql.dml import UpdateBase

from db.columns import ReturnsRows, Shape, shape_of

RowT_co = TypeVar("RowT_co", covariant=True)

# A SELECT of any columns; a Statement gives its rows a type.
Query = Select[*tuple[Any, ...]]

_DIALECT = AsyncpgDialect()  # type: ignore[no-untyped-call]


class _Prepared:
    """SQL with its parameters: their names in the order of `$1`, `$2`, …, and the constants of the statement."""

    def __init__(self, compiled: Compiled) -> None:
        self.sql = str(compiled)
        self._names: list[str] = list(getattr(compiled, "positiontup", None) or ())
        self._constants: Mapping[str, Any] = compiled.params

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The values of `$1`, `$2`, … in order: parameters by name, and the constants of the statement."""
        unknown = parameters.keys() - self._constants.keys()
        if unknown:
            message = f"no such parameter: {', '.join(sorted(unknown))}"
            raise TypeError(message)
        return [parameters[name] if name in parameters else self._constants[name] for name in self._names]


class Statement(_Prepared, Generic[RowT_co]):
    """A SELECT whose rows have one type.

    Make it once, at import or behind a cache: compiling costs more than running.
    """

    def __init__(self, query: ReturnsRows, row: type[RowT_co] | Shape[RowT_co]) -> None:
        """Compile the query. Raises TypeError unless its columns are those of the row, by name and in order.

        `row` is a Struct or a NamedTuple with these columns as fields, or another shape, like `scalar(int)`.
        """
        self.shape: Shape[RowT_co] = row if isinstance(row, Shape) else shape_of(row)
        self.shape.check(query)
        super().__init__(query.compile(dialect=_DIALECT))
        self.query = query
        # Called with the columns in order: the check above lets rows be built at full speed.
        self.row = self.shape.build


class Change(_Prepared):
    """An INSERT, UPDATE, or DELETE that the server runs often.

    Values reach asyncpg as they are given, so columns that SQLAlchemy converts, such as JSON and ranges, cannot be
    parameters of it.
    """

    def __init__(self, change: UpdateBase | TextClause, columns: Sequence[str] | None = None) -> None:
        """Compile the change; `columns` are those of an INSERT without values, each with a parameter of its name."""
        super().__init__(change.compile(dialect=_DIALECT, column_keys=None if columns is None else list(columns)))


def uuids(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of UUIDs."""
    return bindparam(name, type_=ARRAY(UUID()), required=True)


def texts(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of texts."""
    return bindparam(name, type_=ARRAY(Text()), required=True)


def uuid(name: str) -> BindParameter[Any]:
    """A parameter that takes a UUID."""
    return bindparam(name, type_=UUID(), required=True)


def string(name: str) -> BindParameter[Any]:
    """A parameter that takes a text."""
    return bindparam(name, type_=Text(), required=True)


def moment(name: str) -> BindParameter[Any]:
    """A parameter that takes a point in time."""
    return bindparam(name, type_=TIMESTAMP(timezone=True), required=True)


def moments(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of points in time."""
    return bindparam(name, type_=ARRAY(TIMESTAMP(timezone=True)), required=True)


def numbers(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of whole numbers."""
    return bindparam(name, type_=ARRAY(BigInteger()), required=True)


def blobs(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of bytes."""
    return bindparam(name, type_=ARRAY(LargeBinary()), required=True)


def booleans(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of truth values."""
    return bindparam(name, type_=ARRAY(Boolean()), required=True)


def number(name: str) -> BindParameter[Any]:
    """A parameter that takes a whole number."""
    return bindparam(name, type_=BigInteger(), required=True)

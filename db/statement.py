"""A read, compiled once: SQLAlchemy writes the SQL, asyncpg runs it, and each row becomes one typed value."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, BindParameter, Select, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, UUID
from sqlalchemy.dialects.postgresql.asyncpg import dialect as AsyncpgDialect  # noqa: N812 - it is a class

from db.columns import ReturnsRows, Shape, shape_of

RowT_co = TypeVar("RowT_co", covariant=True)

# A SELECT of any columns; a Statement gives its rows a type.
Query = Select[*tuple[Any, ...]]

_DIALECT = AsyncpgDialect()  # type: ignore[no-untyped-call]


class Statement(Generic[RowT_co]):
    """A SELECT whose rows have one type.

    Make it once, at import or behind a cache: compiling costs more than running.
    """

    def __init__(self, query: ReturnsRows, row: type[RowT_co] | Shape[RowT_co]) -> None:
        """Compile the query. Raises TypeError unless its columns are those of the row, by name and in order.

        `row` is a Struct or a NamedTuple with these columns as fields, or another shape, like `scalar(int)`.
        """
        self.shape: Shape[RowT_co] = row if isinstance(row, Shape) else shape_of(row)
        self.shape.check(query)
        compiled = query.compile(dialect=_DIALECT)
        self.query = query
        # Called with the columns in order: the check above lets rows be built at full speed.
        self.row = self.shape.build
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            message = "A statement is compiled once, so compare with `== any_(…)` where a list would be written out."
            raise TypeError(message)
        self._names: list[str] = list(compiled.positiontup or ())
        self._constants: Mapping[str, Any] = compiled.params

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The values of `$1`, `$2`, … in order: parameters by name, and the constants of the statement."""
        unknown = parameters.keys() - self._constants.keys()
        if unknown:
            message = f"no such parameter: {', '.join(sorted(unknown))}"
            raise TypeError(message)
        return [parameters[name] if name in parameters else self._constants[name] for name in self._names]


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


def number(name: str) -> BindParameter[Any]:
    """A parameter that takes a whole number."""
    return bindparam(name, type_=BigInteger(), required=True)

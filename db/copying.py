"""Rows in the binary form of COPY, packed by code that is generated for the columns of a table.

asyncpg converts a row value by value, and each moment and number with decimals by Python objects of its own: three
times the work. See “Binary Format” in PostgreSQL's manual about COPY, and the `…_send` functions of its types.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Numeric, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from db.base import Base
from db.numerics import encode_numeric

# The signature, no flags, and no extension; and what ends the rows.
_BEGIN: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Rows of a sale share its time, and rows of a posting the time of the posting.
_MOMENTS_KEPT: Final = 4096

# For each type of a fixed width: its letter in `struct`, its bytes, and the value to pack. Subclasses come first.
_FIXED: Final[tuple[tuple[type[TypeEngine[Any]], str, int, str], ...]] = (
    (SmallInteger, "h", 2, "{}"),
    (BigInteger, "q", 8, "{}"),
    (Integer, "i", 4, "{}"),
    (TIMESTAMP, "q", 8, "moment({})"),
    (Uuid, "16s", 16, "{}.bytes"),
)
_WIDTHS: Final = tuple(kind for kind, *_ in _FIXED)
# The bytes of a value of any length.
_SIZED: Final[tuple[tuple[type[TypeEngine[Any]], str], ...]] = (
    (LargeBinary, "{}"),
    (Numeric, "numeric({})"),
    (Text, "{}.encode()"),
)


class PackedCopy:
    """Packs rows, given by the values of some columns of a table; the other columns get their defaults."""

    def __init__(self, table: type[Base], names: Sequence[str], *, usually_null: Sequence[str] = ()) -> None:
        """Generate the code. A row with nulls in exactly the `usually_null` columns is packed fastest."""
        columns: Any = table.__table__.columns
        given = [columns[name] for name in names]
        # What has a fixed width comes first, since it is packed at once.
        ordered = sorted(given, key=lambda column: not isinstance(column.type, _WIDTHS))
        self.table = table.__tablename__
        self.names = tuple(column.name for column in ordered)
        self._pack = _packer(given, ordered, frozenset(usually_null))

    def pack(self, rows: Iterable[Sequence[Any]]) -> Any:
        """Everything that COPY takes, as a buffer: asyncpg sends it at once, though its types name no buffers."""
        return memoryview(b"".join([_BEGIN, *map(self._pack, rows), _END]))


@lru_cache(_MOMENTS_KEPT)
def _count_moment(at: datetime) -> int:
    """The microseconds since the epoch of PostgreSQL."""
    return (at - _EPOCH) // _MICROSECOND


def _packer(
    given: Sequence[Column[Any]], ordered: Sequence[Column[Any]], usually_null: frozenset[str]
) -> Callable[[Sequence[Any]], bytes]:
    """A function from the given values of a row to its bytes: of a row with the usual nulls, or else of any row."""
    source = _Source()
    named = {f"v_{column.name}": column for column in ordered}
    tests = [
        f"{value} is {'' if column.name in usually_null else 'not '}None"
        for value, column in named.items()
        if column.nullable
    ]
    usual = source.row({value: (column, column.name in usually_null) for value, column in named.items()})
    every = source.row({value: (column, None if column.nullable else False) for value, column in named.items()})
    code = f"""
def pack(row):
    {", ".join(f"v_{column.name}" for column in given)}, = row
    if {" and ".join(tests) or "True"}:
        return {usual}
    return {every}
"""
    exec(code, source.names)  # noqa: S102 - contains only names made here
    packer: Callable[[Sequence[Any]], bytes] = source.names["pack"]
    return packer


class _Source:
    """Writes an expression for the bytes of a row: what stands together with a fixed width is packed at once."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"NULL": _NULL, "moment": _count_moment, "numeric": encode_numeric}
        self._parts: list[str] = []
        self._letters = ""
        self._values: list[str] = []

    def row(self, values: Mapping[str, tuple[Column[Any], bool | None]]) -> str:
        """The expression for values of columns, each of which is null, is not null, or with None may be null."""
        self._parts = []
        self._letters, self._values = "h", [str(len(values))]
        for value, (column, is_null) in values.items():
            self._add(value, column, is_null=is_null)
        self._flush()
        return " + ".join(self._parts)

    def _add(self, value: str, column: Column[Any], *, is_null: bool | None) -> None:
        if is_null:
            self._letters += "i"
            self._values.append("-1")
            return
        fixed = next((found for found in _FIXED if isinstance(column.type, found[0])), None)
        form = fixed[3] if fixed else next(form for kind, form in _SIZED if isinstance(column.type, kind))
        given = form.format(value)
        if fixed and is_null is False:
            self._letters += f"i{fixed[1]}"
            self._values += [str(fixed[2]), given]
            return
        self._flush()
        if fixed:
            whole = self._packing(f"i{fixed[1]}", [str(fixed[2]), given])
        else:
            whole = f"{self._packing('i', [f'len(b := {given})'])} + b"
        self._parts.append(whole if is_null is False else f"(NULL if {value} is None else {whole})")

    def _flush(self) -> None:
        if self._letters:
            self._parts.append(self._packing(self._letters, self._values))
            self._letters, self._values = "", []

    def _packing(self, letters: str, values: Sequence[str]) -> str:
        """A call that packs values, whose function is among the names."""
        name = f"pack_{letters.replace('16s', 'u')}"
        self.names[name] = struct.Struct(f">{letters}").pack
        return f"{name}({', '.join(values)})"

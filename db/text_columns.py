"""Columns that code makes of the texts of a row: keys to compare by, keys to sort by, and words to search for.

PostgreSQL folds case and sorts by the locale of the database, and without extensions it neither composes characters nor
folds accents. So a table declares what such a column is made of, every statement that writes the texts takes its
values from `with_text_columns`, and columns that Python cannot make out of what is written raise an error.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import mapped_column

from domain.collation import sort_key
from domain.search_words import search_words
from domain.text import text_key

_MADE: Final = "made_of"


class TextColumn(Struct, frozen=True):
    """How a column is made: the columns that it is made of, and the function of their values."""

    sources: tuple[str, ...]
    make: Callable[..., Any]

    def value(self, values: Mapping[str, Any]) -> Any:
        """The value of the column in a row with these values."""
        return self.make(*(values[source] for source in self.sources))

    def value_in(self, row: Any) -> Any:
        """The value of the column, from a row that has the texts as fields."""
        return self.make(*(getattr(row, source) for source in self.sources))


def text_key_column(source: str) -> Any:
    """A column with the key of a text, for a unique index; null where the text is null."""
    return mapped_column(Text, info={_MADE: TextColumn((source,), _key)})


def sort_key_column(source: str) -> Any:
    """A column by which the names in `source` are sorted."""
    return mapped_column(LargeBinary, info={_MADE: TextColumn((source,), sort_key)})


def search_words_column(*sources: str) -> Any:
    """A column with the words in `sources`, for `db.search.matches_words`."""
    return mapped_column(TSVECTOR, deferred=True, info={_MADE: TextColumn(sources, words_vector)})


def search_index(table: str) -> Index:
    """The GIN index that serves prefix search over `search_words`."""
    return Index(f"ix_{table}__search_words", "search_words", postgresql_using="gin")


def with_text_columns(table: Any, values: Mapping[str, Any], **unchanged: Any) -> dict[str, Any]:
    """Return the values to write, with those of all columns that are made of them.

    `unchanged` are values of the row that are not written, such as its code. Raises TypeError if a column is made of a
    value that is written and of one that is not given.
    """
    written = dict(values)
    known = {**unchanged, **values}
    for name, column in text_columns(table).items():
        if any(source in values for source in column.sources):
            if missing := [source for source in column.sources if source not in known]:
                message = f"{name} is also made of {', '.join(missing)}: give the value that the row has."
                raise TypeError(message)
            written[name] = column.value(known)
    return written


def text_columns(table: Any) -> Mapping[str, TextColumn]:
    """The columns of a mapped class that code makes, by name."""
    return _columns_of(table.__table__)


def words_vector(*texts: str | None) -> str:
    """The words of some texts as PostgreSQL reads a tsvector. Words are letters and digits, so nothing is escaped."""
    found: Iterable[str] = search_words(" ".join(text for text in texts if text is not None))
    return " ".join(f"'{word}'" for word in found)


@cache
def _columns_of(table: Table) -> Mapping[str, TextColumn]:
    return {column.name: column.info[_MADE] for column in table.columns if _MADE in column.info}


def _key(text: str | None) -> str | None:
    return None if text is None else text_key(text)

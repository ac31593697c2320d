"""Search by the beginnings of words, over the `search_words` columns.

`domain.search_words` takes searches and stored texts apart in the same way.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, cast
from sqlalchemy.dialects.postgresql import TSQUERY

from db.statement import string
from domain.search_words import search_words

# Stored words are letters and digits, so this finds nothing.
_NOTHING: Final = "'%'"


def words_of(search: str | None) -> str | None:
    """The parameter `words` that finds rows with all words of a search; None without a search.

    A blank search is none. One without a letter or a digit finds nothing.
    """
    if search is None or not search.strip():
        return None
    return " & ".join(f"'{word}':*" for word in search_words(search)) or _NOTHING


def matches_words(column: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The predicate of rows that have, for each word of the parameter `words`, a word that begins with it.

    Punctuation separates words, so "SCH-2026" finds what "sch 2026" finds.
    """
    return column.bool_op("@@")(cast(string("words"), TSQUERY))

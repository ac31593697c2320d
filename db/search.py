"""Search by the beginnings of words, over the generated `search_words` columns.

The same functions of PostgreSQL split the search text and made the column: PostgreSQL and Python do not agree on
letters and their lower case.
"""

import re
from typing import Any, Final

from sqlalchemy import ColumnElement, func, text
from sqlalchemy.orm import InstrumentedAttribute

from db.statement import string

_LETTER: Final = re.compile(r"[^\W_]")
_SEPARATORS: Final = "[^[:alnum:]]+"


def words_of(search: str | None) -> str | None:
    """The text to search for; None when it has no letter or digit, which means no search."""
    return search if search is not None and _LETTER.search(search) else None


def matches_words(column: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The predicate of rows that have, for each word of the parameter `words`, a word that begins with it.

    Punctuation separates words, so "SCH-2026" finds what "sch 2026" finds.
    """
    spaced = func.btrim(func.regexp_replace(func.lower(string("words")), _SEPARATORS, " ", "g"))
    quoted = func.regexp_replace(spaced, r"(\S+)", r"'\1':*", "g")
    return column.bool_op("@@")(func.to_tsquery(text("'simple'"), func.replace(quoted, " ", " & ")))

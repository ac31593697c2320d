"""Search by the beginnings of words, over the generated `search_words` columns."""

import re
from typing import Any, Final

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute

from db.statement import string

_SEPARATORS: Final = re.compile(r"[\W_]+")


def prefix_query(text: str) -> str:
    """A tsquery that finds rows with a word beginning with each word of `text`; "" when it has no words.

    Punctuation separates words here as it does in the column, so "SCH-2026" finds what "sch 2026" finds.
    """
    return " & ".join(f"'{word}':*" for word in _SEPARATORS.split(text.lower()) if word)


def matches_words(column: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The predicate; its parameter `words` takes a `prefix_query`."""
    return column.bool_op("@@")(func.to_tsquery("simple", string("words")))

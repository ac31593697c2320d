"""Reasons why rows are rejected, in the words of the file: its columns, and its lines (R20)."""

import re
from collections.abc import Sequence
from typing import Final

from domain.failures import Problem
from domain.imports.facts import ImportFormat
from domain.text import drop_repeats, shorten

# Of the problems of a sale, in its reason.
_REASON_LENGTH: Final = 1_000
# The sentences about malformed times do not say which one they are about.
_TIMES: Final = frozenset({"soldAt", "updatedAt"})
_COLUMNS: Final = {
    "externalId": "external_id",
    "ecpCode": "ecp_code",
    "soldAt": "sold_at",
    "updatedAt": "updated_at",
    "returnsExternalId": "returns_external_id",
    "unitPrice": "unit_price",
}
# A quoted text is of the file, and stays as it is.
_FIELD: Final = re.compile(rf"“[^”]*”|\b({'|'.join(_COLUMNS)})\b")


def state_problems(problems: Sequence[Problem], form: ImportFormat = ImportFormat.CSV) -> str:
    """Write what is wrong with a sale by itself; empty without any problems."""
    return _join([f"{f'{one.path[-1]}: ' if one.path[-1] in _TIMES else ''}{one.message}" for one in problems], form)


def state_rejection(problems: Sequence[Problem], form: ImportFormat, lines: Sequence[int]) -> str:
    """Write why a sale is rejected whose rows begin in these lines of the file."""
    return _join([_place(one, form, lines) for one in problems], form)


def _place(problem: Problem, form: ImportFormat, lines: Sequence[int]) -> str:
    """Name the line of the file instead of that of the sale; a line of NDJSON is a whole sale."""
    if problem.path[:1] != ("lines",):
        return problem.message
    place = int(problem.path[1])
    is_known = form is ImportFormat.CSV and place < len(lines)
    found = f"(line {lines[place]:,} of the file)" if is_known else f"(line {place + 1} of the sale)"
    return problem.message.replace(f"(line {place + 1})", found)


def _join(messages: Sequence[str], form: ImportFormat) -> str:
    joined = " ".join(drop_repeats(messages))
    if form is ImportFormat.CSV:
        joined = _FIELD.sub(lambda found: _COLUMNS[found[1]] if found[1] else found[0], joined)
    return shorten(joined, _REASON_LENGTH) if joined else ""

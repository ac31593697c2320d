"""Reasons name the columns and the lines of the file, and leave what the file says as it is (R20)."""

import pytest

from domain.failures import Problem, UserErrorCode
from domain.imports.facts import ImportFormat
from domain.imports.reader import SaleReader
from domain.imports.reasons import state_problems, state_rejection
from domain.imports.rows import RejectedRow

HEADER = b"external_id,ecp_code,sold_at,sku,quantity,unit_price,currency\n"


def problem(message: str, *path: str) -> Problem:
    """A problem of a sale."""
    return Problem(UserErrorCode.INVALID, message, path)


def test_a_malformed_time_names_its_column() -> None:
    """R20: also where the file is read."""
    wrong = problem("This is not a DateTime.", "soldAt")
    assert state_problems([wrong]) == "sold_at: This is not a DateTime."
    assert state_problems([wrong], ImportFormat.NDJSON) == "soldAt: This is not a DateTime."
    reader = SaleReader()
    (found,) = [*reader.read(HEADER + b"s-1,E,yesterday,A,1,1,INR\n"), *reader.finish()]
    assert isinstance(found, RejectedRow)
    assert found.reason.startswith("sold_at: This is not a DateTime.")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (ImportFormat.CSV, "No “soldAt” (line 1,204 of the file). Correct sold_at of one."),
        (ImportFormat.NDJSON, "No “soldAt” (line 2 of the sale). Correct soldAt of one."),
    ],
)
def test_a_rejection_is_in_the_words_of_the_file(form: ImportFormat, expected: str) -> None:
    problems = [problem("No “soldAt” (line 2).", "lines", "1", "sku"), problem("Correct soldAt of one.", "soldAt")]
    assert state_rejection(problems, form, (3, 1204)) == expected
    assert state_rejection([problem("Wrong (line 3).", "lines", "2")], form, (3,)) == "Wrong (line 3 of the sale)."

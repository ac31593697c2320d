"""Problems of an input are raised together, and seen from the root of the arguments."""

import pytest

from domain.failures import InvalidInput, Problem, UserErrorCode
from resolvers.validation import reject_invalid


def test_an_input_without_problems_passes() -> None:
    reject_invalid([])


def test_all_problems_are_raised_at_once_under_the_input() -> None:
    problems = [Problem(UserErrorCode.DUPLICATE, f"{name} is taken.", (name,)) for name in ("code", "name")]
    with pytest.raises(InvalidInput) as raised:
        reject_invalid(problems)
    assert [problem.path for problem in raised.value.problems] == [("input", "code"), ("input", "name")]

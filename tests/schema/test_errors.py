"""Declared failures as GraphQL errors: a type shows the attributes of its failure, and ActionRefused shows the rest."""

from datetime import UTC, datetime

import pytest

from domain.calendar import UTC_CALENDAR
from domain.failures import IllegalState, InvalidInput, Problem, UserErrorCode
from domain.schemes.failures import ContentChanged, RevisionOpen
from schema.build import ERROR_TYPES
from schema.errors import ActionRefused, InvalidInputError, UserError, user_errors
from schema.schemes.errors import ContentChangedError


def test_a_failure_is_an_error_of_its_type_with_its_attributes() -> None:
    (error,) = user_errors(ContentChanged(named_hash="a", current_hash="b", changes=()))
    assert isinstance(error, ContentChangedError)
    assert (error.code, error.path) == (UserErrorCode.CONTENT_CHANGED, ["input", "contentHash"])
    assert (error.named_hash, error.current_hash, len(error.changes)) == ("a", "b", 0)
    assert error.message == "The scheme changed after you reviewed it. Review it again."


@pytest.mark.parametrize(
    "failure",
    [
        IllegalState("It is over.", ("input", "id")),
        RevisionOpen(number=2, opened_by="Asha", opened_at=datetime(2026, 3, 1, tzinfo=UTC), calendar=UTC_CALENDAR),
    ],
)
def test_a_failure_without_a_type_is_an_action_refused(failure: IllegalState | RevisionOpen) -> None:
    (error,) = user_errors(failure)
    assert type(error) is ActionRefused
    assert (error.code, error.message, error.path) == (failure.code, failure.message, list(failure.path))


def test_each_problem_of_an_input_is_an_error() -> None:
    problems = [Problem(UserErrorCode.REQUIRED, f"{name} is missing.", ("input", name)) for name in ("title", "id")]
    errors = user_errors(InvalidInput(*problems))
    assert {type(error) for error in errors} == {InvalidInputError}
    assert [(error.code, error.path) for error in errors] == [
        (UserErrorCode.REQUIRED, ["input", "title"]),
        (UserErrorCode.REQUIRED, ["input", "id"]),
    ]


def test_the_schema_has_the_error_types_of_every_area() -> None:
    assert set(ERROR_TYPES) == set(UserError.__subclasses__()) >= {ActionRefused, ContentChangedError}

"""Checks of the reasons and notes that people give for what they take back, report, or resolve."""

from collections.abc import Iterator

from domain.checks import REASON_LENGTH, text_problems
from domain.failures import Problem


def reason_problems(reason: str) -> Iterator[Problem]:
    """Problems of a reason, which is required."""
    yield from text_problems(reason, ("reason",), "The reason", REASON_LENGTH, multiline=True)


def note_problems(note: str) -> Iterator[Problem]:
    """Problems of a note, which is required."""
    yield from text_problems(note, ("note",), "The note", REASON_LENGTH, multiline=True)

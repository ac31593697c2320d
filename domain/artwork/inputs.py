"""Checks of inputs about artwork."""

from collections.abc import Iterator
from typing import Final

from domain.checks import REASON_LENGTH, text_problems
from domain.failures import Problem

COMMENT_LENGTH: Final = (1, REASON_LENGTH[1])


def upload_note_problems(note: str | None) -> Iterator[Problem]:
    """Problems of the note of a version, which is optional."""
    yield from text_problems(note, ("note",), "The note", (0, COMMENT_LENGTH[1]), multiline=True)


def comment_problems(comment: str | None, *, required: bool) -> Iterator[Problem]:
    """Problems of the comment of a review, which a request for a revision requires."""
    length = COMMENT_LENGTH if required else (0, COMMENT_LENGTH[1])
    yield from text_problems(comment, ("comment",), "The comment", length, multiline=True)

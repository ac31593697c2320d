"""Faults that a test plants in resolvers: what is raised, missing, null or of the wrong type."""

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Faults = Mapping[tuple[str, int | None], "Fault"]


class Broken(Exception):
    """The error of a broken resolver; its text is constant."""


class Fault(enum.Enum):
    """In which way something fails."""

    MISSING = enum.auto()  # the row has no such attribute
    RAISES = enum.auto()
    EXCEPTION = enum.auto()  # an exception as a value, and of a loader for every other key
    NULL = enum.auto()
    WRONG_TYPE = enum.auto()
    LATER = enum.auto()  # the value is a list with an exception and a null in it
    TOO_FEW = enum.auto()  # of a loader: an answer less than keys


def value_with(fault: Fault, value: Any) -> Any:
    """The value that is seen instead of `value`. Raises Broken when it is RAISES."""
    if fault is Fault.EXCEPTION:
        return Broken("as a value")
    if fault is Fault.NULL:
        return None
    if fault is Fault.WRONG_TYPE:
        return Wrong()
    if fault is Fault.LATER:
        return [*(value if isinstance(value, list) else ()), Broken("in a list"), None]
    message = "raised"
    raise Broken(message)


def answers_with(fault: Fault | None, keys: Sequence[Any], answer: Callable[[Any], Any]) -> list[Any]:
    """The answers of a loader with a fault."""
    answers = [answer(key) for key in keys]
    if fault is None:
        return answers
    if fault is Fault.TOO_FEW:
        return answers[:-1]
    if fault is Fault.RAISES:
        message = "raised by a loader"
        raise Broken(message)
    return [value_with(fault, found) if key % 2 else found for key, found in zip(keys, answers, strict=True)]


class Wrong:
    """A value that no field expects; as text it is always the same."""

    def __repr__(self) -> str:
        return "Wrong()"

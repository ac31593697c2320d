"""The lines of business of the demo brand."""

from enum import StrEnum


class Line(StrEnum):
    """A line of business; terms and marketing materials depend on it."""

    LUBRICANTS = "lubricants"
    CAR_CARE = "car-care"
    EYE_CARE = "eye-care"

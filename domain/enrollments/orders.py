"""The orders in which lists of enrollments can be read."""

from enum import StrEnum


class EnrollmentOrder(StrEnum):
    """An order of a list of enrollments and its direction; ties are broken by id."""

    REQUESTED_AT_DESC = "REQUESTED_AT_DESC"
    REQUESTED_AT_ASC = "REQUESTED_AT_ASC"

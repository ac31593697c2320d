"""The orders in which lists of schemes can be read."""

from enum import StrEnum


class SchemeOrder(StrEnum):
    """An order and its direction; ties are broken by id."""

    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    STARTS_ON_ASC = "STARTS_ON_ASC"
    STARTS_ON_DESC = "STARTS_ON_DESC"
    TITLE_ASC = "TITLE_ASC"
    CODE_ASC = "CODE_ASC"

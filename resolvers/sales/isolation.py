"""Decides which errors belong to a single sale, so that they stop no other sale of its report or file."""

from typing import Final

from db.sessions import ReadingClosed, TransactionConflict, is_trouble
from domain.failures import Failure
from domain.points.failures import BalanceExceeded
from domain.requests import RequestError

# Errors of the whole request or of the database. What a sale does to the balance of an ECP is a failure of that sale.
_OF_ALL: Final = (RequestError, ReadingClosed, Failure)


def is_of_sale(error: Exception) -> bool:
    """Whether an error may be that of one sale among those that were recorded together: a bug, or its balance.

    A conflict with another transaction is one as well, and may be over at the next attempt.
    """
    if isinstance(error, BalanceExceeded | TransactionConflict):
        return True
    return not isinstance(error, _OF_ALL) and not is_trouble(error)

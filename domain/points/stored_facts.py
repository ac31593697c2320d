"""Stored facts about the points of an ECP. The title of the scheme is the one of that time."""

from datetime import date
from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfPoints(StoredFact, frozen=True):
    ecp_id: UUID
    code: str
    title: str
    points: int


class PointsExpiring(_FactOfPoints, frozen=True, tag="pointsExpiring"):
    """Points will expire from a day on, the last of them on another day."""

    first_on: date
    last_on: date


class PointsExpired(_FactOfPoints, frozen=True, tag="pointsExpired"):
    """Points expired that were not announced before, because the days of the scheme changed."""


StoredPointsFact = PointsExpiring | PointsExpired

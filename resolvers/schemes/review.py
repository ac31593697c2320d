"""The review: the whole scheme in one place, whether it is ready, and what speaks against submitting it (R3)."""

from uuid import UUID

from msgspec import Struct

from domain.failures import Problem
from domain.schemes.definition import ReviewWarning, is_ready, review_warnings
from resolvers.schemes.definitions import Definition


class Review(Struct, frozen=True):
    """What a manager reads before submitting, and an approver before deciding."""

    scheme_id: UUID
    content_hash: str
    ready: bool
    problems: tuple[Problem, ...]
    warnings: tuple[ReviewWarning, ...]
    coupon_quantity: int
    base_liability: int


def review_of(definition: Definition) -> Review:
    """The review of a scheme as it was loaded, on that day."""
    steps, content = definition.steps, definition.content
    return Review(
        definition.scheme.id,
        definition.content_hash,
        is_ready(steps),
        tuple(problem for step in steps for problem in step.review_problems),
        review_warnings(content, definition.as_of.date()),
        content.coupon_quantity,
        content.base_liability,
    )

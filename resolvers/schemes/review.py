"""The review: the whole scheme in one place, whether it is ready, and what speaks against submitting it (R3)."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from domain.failures import Problem
from domain.schemes.content import FieldDifference
from domain.schemes.definition import ReviewWarning, is_ready, review_warnings
from domain.schemes.revisions import revision_warnings
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
    changes: tuple[FieldDifference, ...]
    replaces: int | None


def review_of(definition: Definition) -> Review:
    """The review of a scheme as it was loaded, on that day."""
    steps, content = definition.steps, definition.content
    changes = definition.changes
    return Review(
        definition.scheme.id,
        definition.content_hash,
        is_ready(steps),
        tuple(problem for step in steps for problem in step.review_problems),
        tuple(_warnings(definition, changed=bool(changes))),
        content.coupon_quantity,
        content.base_liability,
        changes,
        definition.replaced.number if definition.replaced else None,
    )


def _warnings(definition: Definition, *, changed: bool) -> Iterable[ReviewWarning]:
    content, effective_at = definition.content, definition.scheme.effective_at
    if effective_at is None:
        return review_warnings(content, definition.as_of.date())
    about_time = revision_warnings(content, effective_at, definition.approved, changed=changed)
    return (*about_time, *review_warnings(content, None))

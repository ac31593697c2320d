"""The review: the whole scheme in one place, whether it is ready, and what speaks against submitting it (R3)."""

from collections.abc import Iterable

from msgspec import Struct

from domain.failures import Problem
from domain.schemes.content import FieldDifference
from domain.schemes.definition import ReviewWarning, is_ready, review_warnings
from domain.schemes.revisions import revision_warnings
from resolvers.schemes.definitions import Definition


class Review(Struct, frozen=True):
    """What a manager reads before submitting, and an approver before deciding, as far as it follows from the scheme.

    What depends on the ECPs there are is read by resolvers.schemes.reach.
    """

    definition: Definition
    content_hash: str
    ready: bool
    problems: tuple[Problem, ...]
    coupon_quantity: int
    base_liability: int
    changes: tuple[FieldDifference, ...]
    replaces: int | None


def review_of(definition: Definition) -> Review:
    """The review of a scheme as it was loaded, on that day."""
    steps, content = definition.steps, definition.content
    changes = definition.changes
    return Review(
        definition=definition,
        content_hash=definition.content_hash,
        ready=is_ready(steps),
        problems=tuple(problem for step in steps for problem in step.review_problems),
        coupon_quantity=content.coupon_quantity,
        base_liability=content.base_liability,
        changes=changes,
        replaces=definition.replaced.number if definition.replaced else None,
    )


def warnings_of(definition: Definition) -> Iterable[ReviewWarning]:
    """What to know about the dates and the budget of a scheme, and of a revision about its time."""
    content, effective_at = definition.content, definition.scheme.effective_at
    if effective_at is None:
        return review_warnings(content, definition.as_of.date())
    changed = bool(definition.changes)
    about_time = revision_warnings(content, effective_at, definition.approved, changed=changed)
    return (*about_time, *review_warnings(content, None))

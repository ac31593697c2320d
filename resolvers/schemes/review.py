"""The review of a scheme: its whole content, whether it is ready, and its problems and warnings (R3)."""

from collections.abc import Iterable

from msgspec import Struct

from domain.failures import Problem
from domain.schemes.content import FieldDifference
from domain.schemes.definition import ReviewWarning, is_ready, review_warnings
from domain.schemes.payment_warnings import payment_warnings
from domain.schemes.revisions import revision_warnings
from resolvers.schemes.definitions import Definition


class Review(Struct, frozen=True):
    """The review that a manager reads before submitting, and an approver before deciding.

    It derives from the scheme alone; resolvers.schemes.reach loads the part that depends on ECPs.
    """

    definition: Definition
    content_hash: str
    ready: bool
    problems: tuple[Problem, ...]
    coupon_quantity: int
    base_liability: int
    changes: tuple[FieldDifference, ...]
    replaces: int | None


def build_review(definition: Definition) -> Review:
    """Build the review of a scheme as of the time at which it was loaded; an empty one if its content is withheld."""
    if definition.withheld:
        return Review(
            definition=definition,
            content_hash="",
            ready=True,
            problems=(),
            coupon_quantity=0,
            base_liability=0,
            changes=(),
            replaces=None,
        )
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


def list_warnings(definition: Definition) -> Iterable[ReviewWarning]:
    """List the warnings about the dates, budget and payment of a scheme, and about the time of a revision."""
    content, effective_at = definition.content, definition.scheme.effective_at
    if effective_at is None:
        today = definition.calendar.day_of(definition.as_of)
        return (*review_warnings(content, today), *payment_warnings(content))
    changed = bool(definition.changes)
    about_time = revision_warnings(
        content, effective_at, definition.approved, changed=changed, calendar=definition.calendar
    )
    return (*about_time, *review_warnings(content, None), *payment_warnings(content, definition.changes))

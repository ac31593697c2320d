"""Sentences about what people do to a scheme: for its activity, and to notify the people concerned.

The argument `scheme` is the result of `scheme_phrase`.
"""

from datetime import datetime

from domain.calendar import Calendar
from domain.text import add_reason, quote


def scheme_phrase(title: str, revision: int | None = None) -> str:
    """Write a scheme within a sentence: “Title”, or “revision 2 of “Title”” for a revision not yet in effect."""
    return quote(title) if revision is None else f"revision {revision} of {quote(title)}"


def created(actor: str, scheme: str) -> str:
    """For the activity."""
    return f"{actor} created {scheme}."


def participant_added(actor: str, name: str, scheme: str) -> str:
    """For the activity."""
    return f"{actor} added {name} to the participants of {scheme}."


def participant_removed(actor: str, name: str, scheme: str) -> str:
    """For the activity."""
    return f"{actor} removed {name} from the participants of {scheme}."


def joined(actor: str, scheme: str) -> str:
    """For the activity, when people add themselves."""
    return f"{actor} takes part in {scheme}."


def left(actor: str, scheme: str) -> str:
    """For the activity, when people remove themselves."""
    return f"{actor} no longer takes part in {scheme}."


def you_were_added(actor: str, scheme: str) -> str:
    """To the person concerned."""
    return f"{actor} asked you to take part in {scheme}."


def you_were_removed(actor: str, scheme: str) -> str:
    """To the person concerned."""
    return f"{actor} removed you from the participants of {scheme}."


def submitted(actor: str, scheme: str) -> str:
    """For the activity."""
    return f"{actor} submitted {scheme} for approval."


def approval_pending(actor: str, scheme: str) -> str:
    """To approvers."""
    return f"{actor} submitted {scheme}, which is waiting for your approval."


def approved(
    actor: str, scheme: str, comment: str | None, *, effective_at: datetime | None = None, calendar: Calendar
) -> str:
    """For the activity, with the approver's comment; a revision with the time at which it takes effect."""
    later = "" if effective_at is None else f", which takes effect on {calendar.format_moment(effective_at)}"
    return add_reason(f"{actor} approved {scheme}{later}", comment)


def changes_requested(actor: str, scheme: str, reason: str) -> str:
    """For the activity, with the reason."""
    return add_reason(f"{actor} requested changes to {scheme}", reason)


def rejected(actor: str, scheme: str, reason: str) -> str:
    """For the activity, with the reason."""
    return add_reason(f"{actor} rejected {scheme}", reason)


def work_begins(scheme: str, label: str) -> str:
    """To the owners of a stage that is now pending; `label` is its status."""
    return f"{scheme} was approved and is waiting for you: {label[0].lower()}{label[1:]}."


def revision_opened(actor: str, scheme: str, effective_at: datetime, calendar: Calendar) -> str:
    """For the activity of a revision, and to the participants of the scheme."""
    return f"{actor} opened {scheme}, to take effect on {calendar.format_moment(effective_at)}."


def revision_rescheduled(actor: str, scheme: str, *, before: datetime, after: datetime, calendar: Calendar) -> str:
    """For the activity of a revision."""
    return f"{actor} moved {scheme} from {calendar.format_moment(before)} to {calendar.format_moment(after)}."


def revision_applied(number: int, title: str, changed: str | None) -> str:
    """For the activity of a scheme; `changed` is a verb phrase (“changed the budget from …”), None for no change."""
    sentence = f"Revision {number} of {quote(title)} has taken effect"
    return f"{sentence} and changes nothing." if changed is None else f"{sentence}: it {changed}."

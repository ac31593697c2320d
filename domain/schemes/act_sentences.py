"""What people do to a scheme as sentences: for its activity, and for those whom it concerns."""

from typing import Final

from domain.rules.wording import quoted

# A reason may be pages long; it is told in full with the submission.
LONGEST_REASON: Final = 300
_ENDS: Final = (".", "!", "?", "…", ".”", "!”", "?”")


def created(actor: str, title: str) -> str:
    """For the activity."""
    return f"{actor} created {quoted(title)}."


def participant_added(actor: str, name: str, title: str) -> str:
    """For the activity."""
    return f"{actor} added {name} to the participants of {quoted(title)}."


def participant_removed(actor: str, name: str, title: str) -> str:
    """For the activity."""
    return f"{actor} removed {name} from the participants of {quoted(title)}."


def joined(actor: str, title: str) -> str:
    """For the activity, when somebody added themselves."""
    return f"{actor} takes part in {quoted(title)}."


def left(actor: str, title: str) -> str:
    """For the activity, when somebody removed themselves."""
    return f"{actor} no longer takes part in {quoted(title)}."


def you_were_added(actor: str, title: str) -> str:
    """For whom it concerns."""
    return f"{actor} asked you to take part in {quoted(title)}."


def you_were_removed(actor: str, title: str) -> str:
    """For whom it concerns."""
    return f"{actor} removed you from the participants of {quoted(title)}."


def submitted(actor: str, title: str) -> str:
    """For the activity."""
    return f"{actor} submitted {quoted(title)} for approval."


def approval_pending(actor: str, title: str) -> str:
    """For approvers."""
    return f"{actor} submitted {quoted(title)}: it waits for your approval."


def approved(actor: str, title: str, comment: str | None) -> str:
    """For the activity, with what the approver says about it."""
    return _with(f"{actor} approved {quoted(title)}", comment)


def changes_requested(actor: str, title: str, reason: str) -> str:
    """For the activity, with the reason."""
    return _with(f"{actor} requested changes to {quoted(title)}", reason)


def rejected(actor: str, title: str, reason: str) -> str:
    """For the activity, with the reason."""
    return _with(f"{actor} rejected {quoted(title)}", reason)


def work_begins(title: str, label: str) -> str:
    """For the owners of a stage that waits for them now; `label` is its status."""
    return f"{quoted(title)} was approved and waits for you: {label[0].lower()}{label[1:]}."


def _with(sentence: str, reason: str | None) -> str:
    words = " ".join((reason or "").split())
    if not words:
        return f"{sentence}."
    if len(words) > LONGEST_REASON:
        words = f"{words[: LONGEST_REASON - 1].rstrip()}…"
    return f"{sentence}: {words}{'' if words.endswith(_ENDS) else '.'}"

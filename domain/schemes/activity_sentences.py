"""Sentences about what people do to a scheme, from stored facts: for its activity, and for notifications."""

from collections.abc import Sequence
from typing import assert_never

from domain.calendar import Calendar
from domain.catalog.sentences import catalog_phrase
from domain.schemes.change_sentences import changes_phrase, changes_sentence
from domain.schemes.content import FieldDifference
from domain.schemes.execution_facts import StoredExecutionFact
from domain.schemes.execution_sentences import execution_words
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stages import status_label
from domain.schemes.stored_facts import (
    AllocationIncomplete,
    ApprovalRequested,
    ArtworkMissing,
    CatalogChanged,
    ChangesRequested,
    CouponsMissing,
    DiscrepancyOpen,
    ParticipantAdded,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantRemoved,
    ReviewOutdated,
    RevisionApplied,
    RevisionOpened,
    RevisionRequested,
    RevisionRescheduled,
    SchemeApproved,
    SchemeCreated,
    SchemeRejected,
    SchemeSubmitted,
    StageBlock,
    StagePending,
    StageRejected,
    StepSaved,
    StoredActivity,
    StoredSchemeFact,
)
from domain.stored_facts import AccountNames, AsWritten, Reader
from domain.text import add_reason, format_count, quote


def scheme_phrase(scheme: SchemeName) -> str:
    """Write a scheme within a sentence: “Title”, or “revision 2 of “Title”” for a revision not yet in effect."""
    title = quote(scheme.title)
    return title if scheme.revision is None else f"revision {scheme.revision} of {title}"


def activity_sentence(
    fact: StoredActivity, calendar: Calendar, names: AccountNames, changes: Sequence[FieldDifference]
) -> str:
    """Write an entry of the activity of a scheme, which is one record for all of its readers: nobody is “you” in it."""
    return fact.text if isinstance(fact, AsWritten) else scheme_sentence(fact, Reader(calendar), names, changes)


def scheme_sentence(
    fact: StoredSchemeFact, reader: Reader, names: AccountNames, changes: Sequence[FieldDifference] = ()
) -> str:
    """Write what happened to a scheme for this reader; `changes` are the changed fields that its activity holds."""
    if isinstance(fact, RevisionApplied):
        return _revision_applied(fact, changes)
    if isinstance(fact, StepSaved):
        return _step_saved(fact, names.actor, changes)
    scheme = scheme_phrase(fact.scheme)
    if isinstance(fact, StagePending):
        label = status_label(fact.status, fact.state)
        return f"{scheme} was approved and is waiting for you: {label[0].lower()}{label[1:]}."
    if isinstance(fact, StoredExecutionFact):
        return f"{names.actor} {execution_words(fact, scheme)}"
    match fact:
        case SchemeApproved() | ChangesRequested() | SchemeRejected():
            words = _decision(fact, scheme, reader)
        case RevisionOpened() | RevisionRescheduled():
            words = _revision_timed(fact, scheme, reader)
        case CatalogChanged() | ReviewOutdated():
            words = _catalog_changed(fact, scheme)
        case ParticipantAdded() | ParticipantRemoved():
            words = _participation(fact, scheme, reader, names)
        case _:
            words = _action(fact, scheme)
    return f"{names.actor} {words}"


def block_sentence(block: StageBlock, name: str | None, vendor: str | None = None) -> str:
    """Write why a stage cannot continue; `name` is that of the account, the SKU, or the consignment that blocks it.

    `vendor` is the name of the vendor that asked for a revision. The names of consignments and of vendors are None for
    viewers who may not see them.
    """
    match block:
        case StageRejected(reason=reason):
            return f"Rejected by {name}: {reason}"
        case CouponsMissing(quantity=quantity):
            verb = "is" if quantity == 1 else "are"
            return f"{format_count(quantity, 'coupon')} of {name} {verb} not generated."
        case DiscrepancyOpen():
            return f"Operations must resolve a discrepancy of {name or 'a consignment'}."
        case AllocationIncomplete(quantity=quantity):
            verb = "is" if quantity == 1 else "are"
            coupons = format_count(quantity, "coupon")
            return f"{coupons} {verb} not allocated, so more vendors may have to approve the artwork."
        case ArtworkMissing():
            return f"No artwork of {name or 'a variant'} is uploaded."
        case RevisionRequested(comment=comment):
            return add_reason(
                f"{vendor or 'A vendor'} asked for a revision of the artwork of {name or 'a variant'}", comment
            )
        case _:
            assert_never(block)


def _action(
    fact: SchemeCreated | ParticipantJoined | ParticipantLeft | SchemeSubmitted | ApprovalRequested, scheme: str
) -> str:
    match fact:
        case SchemeCreated():
            return f"created {scheme}."
        case ParticipantJoined():
            return f"takes part in {scheme}."
        case ParticipantLeft():
            return f"no longer takes part in {scheme}."
        case SchemeSubmitted():
            return f"submitted {scheme} for approval."
        case ApprovalRequested():
            return f"submitted {scheme}, which is waiting for your approval."
        case _:
            assert_never(fact)


def _decision(fact: SchemeApproved | ChangesRequested | SchemeRejected, scheme: str, reader: Reader) -> str:
    match fact:
        case SchemeApproved(comment=comment, effective_at=at):
            later = "" if at is None else f", which takes effect on {reader.calendar.format_moment(at)}"
            return add_reason(f"approved {scheme}{later}", comment)
        case ChangesRequested(reason=reason):
            return add_reason(f"requested changes to {scheme}", reason)
        case SchemeRejected(reason=reason):
            return add_reason(f"rejected {scheme}", reason)
        case _:
            assert_never(fact)


def _revision_timed(fact: RevisionOpened | RevisionRescheduled, scheme: str, reader: Reader) -> str:
    write = reader.calendar.format_moment
    if isinstance(fact, RevisionOpened):
        return f"opened {scheme}, to take effect on {write(fact.effective_at)}."
    return f"moved {scheme} from {write(fact.before)} to {write(fact.after)}."


def _catalog_changed(fact: CatalogChanged | ReviewOutdated, scheme: str) -> str:
    done = catalog_phrase(fact.change)
    if isinstance(fact, ReviewOutdated):
        return f"{done}. This changes what {scheme} would pay or whom it would include. Review it again."
    if fact.waits:
        return f"{done}. This changes what {scheme} will pay or whom it will include if it is approved."
    return f"{done}. This changes what {scheme} pays or whom it includes from now on. Earlier sales keep their points."


def _participation(
    fact: ParticipantAdded | ParticipantRemoved, scheme: str, reader: Reader, names: AccountNames
) -> str:
    own = fact.account_id == reader.account_id
    if isinstance(fact, ParticipantRemoved):
        return f"removed {'you' if own else names.account} from the participants of {scheme}."
    return f"asked you to take part in {scheme}." if own else f"added {names.account} to the participants of {scheme}."


def _step_saved(fact: StepSaved, actor: str, changes: Sequence[FieldDifference]) -> str:
    sentence = changes_sentence(actor, fact.scheme.title, changes, fact.names)
    return sentence if fact.scheme.revision is None else f"Revision {fact.scheme.revision}: {sentence}"


def _revision_applied(fact: RevisionApplied, changes: Sequence[FieldDifference]) -> str:
    sentence = f"Revision {fact.number} of {quote(fact.title)} has taken effect"
    return f"{sentence}: it {changes_phrase(changes, fact.names)}." if changes else f"{sentence} and changes nothing."

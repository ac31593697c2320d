"""The table of event kinds: every kind has exactly one entry, and entries fit together."""

import pytest

from domain.ecps.events import EVENTS as OF_ECPS
from domain.events import EventKind, EventSpec, EventVisibility, SubjectKind
from domain.queue_keys import WorkQueueKey
from resolvers.events.table import AREAS, EVENTS, QUEUE_KINDS, merge_areas
from resolvers.events.visibility import PREDICATES

NEEDED = {
    EventVisibility.SCHEME: SubjectKind.SCHEME,
    EventVisibility.CONSIGNMENT: SubjectKind.VENDOR,
    EventVisibility.OWN_ACCOUNT: SubjectKind.ACCOUNT,
}


def test_every_kind_has_one_entry() -> None:
    assert sum(map(len, AREAS)) == len(EVENTS) == len(EventKind)


def test_a_kind_without_an_entry_is_an_error() -> None:
    with pytest.raises(TypeError, match="but ECP_REGISTERED has 0 entries, ECP_VERIFIED has 0 entries"):
        merge_areas(area for area in AREAS if area is not OF_ECPS)


def test_a_kind_with_two_entries_is_an_error() -> None:
    again = {EventKind.TIER_SAVED: EVENTS[EventKind.TIER_SAVED]}
    with pytest.raises(TypeError, match="but TIER_SAVED has 2 entries"):
        merge_areas([*AREAS, again])


@pytest.mark.parametrize("spec", EVENTS.values(), ids=EVENTS.keys())
def test_an_entry_names_the_subject_that_its_visibility_needs(spec: EventSpec) -> None:
    needed = NEEDED.get(spec.visibility)
    assert needed is None or needed in spec.subjects


@pytest.mark.parametrize("spec", EVENTS.values(), ids=EVENTS.keys())
def test_a_description_is_one_sentence(spec: EventSpec) -> None:
    assert spec.description[0].isupper()
    assert spec.description.endswith(".")


def test_every_visibility_has_a_predicate() -> None:
    assert set(PREDICATES) == set(EventVisibility)


def test_every_queue_is_moved_by_some_kind() -> None:
    assert {queue for spec in EVENTS.values() for queue in spec.queues} == set(WorkQueueKey)
    assert {kind for kind, spec in EVENTS.items() if spec.queues} == QUEUE_KINDS


def test_an_event_of_an_ecp_does_not_name_an_account() -> None:
    """R18: after an erasure nothing leads from the ECP to an account."""
    about = {kind for kind, spec in EVENTS.items() if SubjectKind.ECP in spec.subjects}
    assert {kind for kind in about if SubjectKind.ACCOUNT in EVENTS[kind].subjects} == set()

"""Every stored fact comes back from JSON as it was, and gives its sentence to each reader (N1)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.catalog.stored_facts import CatalogFact
from domain.consignments.stored_facts import RecalledPlace
from domain.imports.facts import Outcomes
from domain.jobs.facts import JobKind
from domain.notifications.sentences import notification_sentence
from domain.notifications.stored_facts import NOTIFICATION_DECODER, StoredNotification
from domain.schemes.activity_sentences import activity_sentence
from domain.schemes.content import FieldDifference
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stages import SchemeStatus, StageState
from domain.schemes.stored_facts import ACTIVITY_DECODER, CatalogChanged, StoredActivity
from domain.stored_facts import FROM_NEWER_VERSION, AccountNames, AsWritten, FactDecoder, Reader
from domain.webhooks.stored_facts import DisableReason, WebhookDisabled
from tests.support.stored_facts import CHANGES, CONCERNED, EXAMPLES, NAMES, OTHER, members

FACTS = [fact for fact, _, _ in EXAMPLES]
ENTRIES = [(fact, sentence) for fact, _, sentence in EXAMPLES if type(fact) in members(StoredActivity)]


@pytest.mark.parametrize(("fact", "own", "other"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_fact_has_its_sentence_for_the_person_concerned_and_for_others(
    fact: StoredNotification, own: str, other: str
) -> None:
    """The sentence comes from the stored form alone."""
    stored = NOTIFICATION_DECODER.decode_known(msgspec.json.encode(fact).decode())
    assert stored == fact
    assert notification_sentence(stored, CONCERNED, NAMES, CHANGES) == own
    assert notification_sentence(stored, OTHER, NAMES, CHANGES) == other


def test_every_kind_of_fact_has_an_example() -> None:
    assert {type(fact) for fact in FACTS} == members(StoredNotification)
    reasons = {type(fact.reason) for fact in FACTS if isinstance(fact, WebhookDisabled)}
    assert reasons == members(DisableReason)
    changes = {type(fact.change) for fact in FACTS if isinstance(fact, CatalogChanged)}
    assert changes == members(CatalogFact)


@pytest.mark.parametrize(("fact", "sentence"), ENTRIES, ids=range(len(ENTRIES)))
def test_the_activity_reads_the_same_for_everybody(fact: StoredActivity, sentence: str) -> None:
    stored = ACTIVITY_DECODER.decode_known(msgspec.json.encode(fact).decode())
    assert activity_sentence(stored, UTC_CALENDAR, NAMES, CHANGES) == sentence


@pytest.mark.parametrize("document", ['{"kind":"coupon"}', '{"kind":"schemeCreated"}', "{}", "[]", "1", '{"kind":1}'])
def test_a_document_of_another_version_gives_a_sentence_and_fails_where_it_must_be_known(document: str) -> None:
    """A server of the version before reads what a newer one stores during an upgrade."""
    decoders: list[FactDecoder[StoredNotification] | FactDecoder[StoredActivity]]
    decoders = [NOTIFICATION_DECODER, ACTIVITY_DECODER]
    for decoder in decoders:
        assert decoder.decode(document) == AsWritten(FROM_NEWER_VERSION)
        with pytest.raises(msgspec.ValidationError):
            decoder.decode_known(document)


def test_a_name_of_today_replaces_that_of_the_time() -> None:
    """Facts name accounts by id, so a new name and an erased one show everywhere."""
    renamed = AccountNames(actor="Asha Patil", account="Erased")
    for fact in FACTS:
        sentence = notification_sentence(fact, OTHER, NAMES, CHANGES)
        changed = sentence.replace("Asha Rao", "Asha Patil").replace("Ravi Kumar", "Erased")
        assert notification_sentence(fact, OTHER, renamed, CHANGES) == changed


# PostgreSQL stores every text but those with a null character, which no input accepts.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
MOMENTS = st.datetimes(timezones=st.just(UTC))
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    str | None: st.none() | TEXT,
    bool: st.booleans(),
    int: st.integers(0, 2**53),
    UUID: st.uuids(),
    datetime: MOMENTS,
    datetime | None: st.none() | MOMENTS,
    Mapping[str, str]: st.dictionaries(st.uuids().map(str), TEXT, max_size=3),
    SchemeName: st.builds(SchemeName, TEXT, st.none() | st.integers(2, 99)),
    int | None: st.none() | st.integers(0, 2**53),
    date: st.dates(),
    date | None: st.none() | st.dates(),
    tuple[str, ...]: st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    tuple[str, ...] | None: st.none() | st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    SchemeStatus | None: st.none() | st.sampled_from(SchemeStatus),
    StageState: st.sampled_from(StageState),
    RecalledPlace: st.sampled_from(RecalledPlace),
    JobKind: st.sampled_from(JobKind),
}


def facts_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Facts of one kind with any values."""
    values: dict[str, Any] = {field.name: VALUES.get(field.type) for field in msgspec.structs.fields(kind)}
    if "reason" in values and values["reason"] is None:
        values["reason"] = st.one_of([facts_of(reason) for reason in sorted(members(DisableReason), key=str)])
    if "outcomes" in values and values["outcomes"] is None:
        values["outcomes"] = st.builds(Outcomes, recorded=st.integers(0, 9), duplicates=st.integers(0, 9))
    if "change" in values and values["change"] is None:
        values["change"] = st.one_of([facts_of(change) for change in sorted(members(CatalogFact), key=str)])
    return st.builds(kind, **values)


@given(fact=st.one_of([facts_of(kind) for kind in sorted(members(StoredNotification), key=str)]), own=st.booleans())
def test_any_fact_survives_being_stored(fact: StoredNotification, own: bool) -> None:  # noqa: FBT001 - an example
    """R26: equal after decoding, and so is each sentence."""
    document = msgspec.json.encode(fact)
    again = NOTIFICATION_DECODER.decode_known(document.decode())
    assert again == fact
    reader = Reader(UTC_CALENDAR, getattr(fact, "account_id", None), getattr(fact, "ecp_id", None)) if own else OTHER
    assert notification_sentence(again, reader, NAMES) == notification_sentence(fact, reader, NAMES)


def test_changes_come_back_as_they_were() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CHANGES), type=tuple[FieldDifference, ...]) == CHANGES

"""Guards of enrollments: conditions for enrolling, and allowed actions by status (R18)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import Applicant, EnrollmentFacts, EnrollmentStatus, LatestApplication, Offer
from domain.enrollments.guards import ENROLLMENT_GUARDS, EnrollmentAction, find_enrolling_failure
from domain.enrollments.sentences import (
    STATUS_LABELS,
    enrollment_sentence,
)
from domain.enrollments.stored_facts import EnrollmentAccepted, EnrollmentRejected, EnrollmentRequested
from domain.permissions import Permission, Role
from domain.stored_facts import Reader
from domain.viewers import Viewer

ECP, OTHER = UUID(int=1), UUID(int=2)
PUNE, MAHARASHTRA, INDIA, NEPAL = (UUID(int=number) for number in range(10, 14))
CODE = "ECP-2026-000001"
OWN = Applicant(id=ECP, code=CODE, status=EcpStatus.ACTIVE, places=frozenset({PUNE, MAHARASHTRA, INDIA}), own=True)
NAMED = replace(OWN, own=False)
OFFER = Offer(
    approved=True,
    rejected=False,
    opens_on=date(2026, 4, 1),
    closes_on=date(2026, 4, 30),
    ends_on=date(2026, 7, 31),
    terms_version=3,
    places=frozenset({MAHARASHTRA}),
)
APRIL = date(2026, 4, 10)
Failure = tuple[str, str, tuple[str, ...]]
ECP_PATH, SCHEME_PATH, TERMS_PATH = ("input", "ecpId"), ("input", "schemeId"), ("input", "termsVersion")
ENROLLMENT_PATH = ("input", "enrollmentId")


def find_error(
    applicant: Applicant = OWN,
    offer: Offer = OFFER,
    before: EnrollmentStatus | None = None,
    terms_version: int = 3,
    today: date = APRIL,
) -> Failure | None:
    """Return the failure of the guard as code, message, and path."""
    failure = find_enrolling_failure(applicant, offer, before, terms_version, today)
    return None if failure is None else (failure.code.value, failure.message, failure.path)


@pytest.mark.parametrize("applicant", [OWN, NAMED])
@pytest.mark.parametrize("today", [date(2026, 4, 1), APRIL, date(2026, 4, 30)])
def test_an_active_ecp_enrolls_inside_the_window(applicant: Applicant, today: date) -> None:
    """R18: the first and the last day are part of it."""
    assert find_error(applicant, today=today) is None


@pytest.mark.parametrize(
    ("status", "own", "named"),
    [
        (
            EcpStatus.PENDING,
            "Your registration is not verified yet. You can enroll as soon as it is.",
            f"{CODE} is not verified yet. Verify this ECP first.",
        ),
        (
            EcpStatus.SUSPENDED,
            "You are suspended and cannot enroll.",
            f"{CODE} is suspended and cannot enroll.",
        ),
        (
            EcpStatus.CLOSED,
            "Your registration is closed, so you can no longer enroll.",
            f"{CODE} is closed, so this ECP can no longer enroll.",
        ),
    ],
)
def test_an_ecp_that_is_not_active_does_not_enroll(status: EcpStatus, own: str, named: str) -> None:
    """R18: for the ECP and for its manager. This problem is reported before any other."""
    ended = date(2030, 1, 1)
    assert find_error(replace(OWN, status=status), today=ended) == ("ILLEGAL_STATE", own, ("input",))
    assert find_error(replace(NAMED, status=status), today=ended) == ("ILLEGAL_STATE", named, ECP_PATH)


@pytest.mark.parametrize(
    ("changed", "today", "expected"),
    [
        ({"approved": False}, APRIL, ("ILLEGAL_STATE", "This scheme is not approved yet, so nobody can enroll.")),
        (
            {"approved": False, "rejected": True},
            APRIL,
            ("ILLEGAL_STATE", "This scheme was rejected, so nobody can enroll."),
        ),
        ({}, date(2026, 8, 1), ("ILLEGAL_STATE", "This scheme ended on 31 July 2026.")),
        ({}, date(2026, 3, 31), ("OUT_OF_WINDOW", "Enrollment opens on 1 April 2026.")),
        ({}, date(2026, 5, 1), ("OUT_OF_WINDOW", "Enrollment closed on 30 April 2026.")),
        ({}, date(2026, 7, 31), ("OUT_OF_WINDOW", "Enrollment closed on 30 April 2026.")),
        ({"opens_on": None}, APRIL, ("OUT_OF_WINDOW", "This scheme has no enrollment window.")),
        ({"closes_on": None}, APRIL, ("OUT_OF_WINDOW", "This scheme has no enrollment window.")),
    ],
)
def test_enrolling_needs_an_open_scheme(changed: dict[str, Any], today: date, expected: tuple[str, str]) -> None:
    """R18."""
    assert find_error(offer=replace(OFFER, **changed), today=today) == (*expected, SCHEME_PATH)
    assert find_error(NAMED, replace(OFFER, **changed), today=today) == (*expected, SCHEME_PATH)


@pytest.mark.parametrize("place", [PUNE, MAHARASHTRA, INDIA])
def test_a_scheme_includes_the_places_below_its_own(place: UUID) -> None:
    """R18: whichever of the places above the ECP it names."""
    assert find_error(offer=replace(OFFER, places=frozenset({place, NEPAL}))) is None


@pytest.mark.parametrize("places", [frozenset(), frozenset({NEPAL})])
def test_enrolling_needs_a_scheme_of_the_place(places: frozenset[UUID]) -> None:
    """R18: or nowhere."""
    offer = replace(OFFER, places=places)
    expected = ("OUT_OF_SCOPE", "This scheme does not run where you work.", SCHEME_PATH)
    assert find_error(offer=offer) == expected
    assert find_error(NAMED, offer) == ("OUT_OF_SCOPE", f"This scheme does not run where {CODE} works.", SCHEME_PATH)


@pytest.mark.parametrize("version", [-1, 0, 2, 4])
def test_other_terms_are_not_those_of_the_scheme(version: int) -> None:
    """R18: neither old ones nor ones to come."""
    message = "Version 3 of the terms is in force. Read and accept that version."
    assert find_error(terms_version=version) == ("CONFLICT", message, TERMS_PATH)


@pytest.mark.parametrize(
    ("before", "own", "named"),
    [
        (
            EnrollmentStatus.PENDING,
            (
                "DUPLICATE",
                "You have already applied for this scheme. A manager will decide on your application.",
                SCHEME_PATH,
            ),
            (
                "DUPLICATE",
                f"{CODE} has already applied for this scheme. Decide on that application.",
                SCHEME_PATH,
            ),
        ),
        (
            EnrollmentStatus.ENROLLED,
            ("DUPLICATE", "You are already enrolled in this scheme.", SCHEME_PATH),
            ("DUPLICATE", f"{CODE} is already enrolled in this scheme.", SCHEME_PATH),
        ),
        (
            EnrollmentStatus.REJECTED,
            ("ILLEGAL_STATE", "Your application was rejected. Only a manager can enroll you now.", SCHEME_PATH),
            None,
        ),
        (EnrollmentStatus.WITHDRAWN, None, None),
    ],
)
def test_enrolling_again(before: EnrollmentStatus, own: Failure | None, named: Failure | None) -> None:
    """R18: after a withdrawal everybody may, after a rejection a manager; always inside the window."""
    assert find_error(before=before) == own
    assert find_error(NAMED, before=before) == named
    late = ("OUT_OF_WINDOW", "Enrollment closed on 30 April 2026.", SCHEME_PATH)
    assert find_error(before=before, today=date(2026, 5, 1)) == (own or late)


APPLIED = replace(NAMED, has_applied=True)
PENDING = EnrollmentFacts(status=EnrollmentStatus.PENDING, applicant=APPLIED, offer=OFFER, terms_version=3, today=APRIL)
ACCEPT, REJECT, WITHDRAW = EnrollmentAction
WITHDRAWN = "This enrollment was withdrawn, so there is nothing to decide."
IN_STATES = {
    EnrollmentStatus.PENDING: (None, None, None),
    EnrollmentStatus.ENROLLED: (f"{CODE} is already enrolled.", f"{CODE} is already enrolled.", None),
    EnrollmentStatus.WITHDRAWN: (WITHDRAWN, WITHDRAWN, "This enrollment was already withdrawn."),
    EnrollmentStatus.REJECTED: (
        "This enrollment was already rejected.",
        "This enrollment was already rejected.",
        "This enrollment was rejected, so there is nothing to withdraw.",
    ),
}


def viewer(*roles: Role, ecp_id: UUID | None = None) -> Viewer:
    """A viewer with these roles, optionally an ECP."""
    return Viewer(account_id=UUID(int=9), display_name="Asha", email=None, roles=frozenset(roles), ecp_id=ecp_id)


MANAGER, ITSELF, STRANGER = viewer(Role.PROGRAM_MANAGER), viewer(Role.ECP, ecp_id=ECP), viewer(Role.ECP, ecp_id=OTHER)


def describe_failure(action: EnrollmentAction, standing: EnrollmentFacts, somebody: Viewer) -> tuple[str, str] | None:
    """Return the failure of a guard as code and message; its path is always the enrollment."""
    failure = ENROLLMENT_GUARDS.find_failure(action, standing, somebody)
    assert failure is None or failure.path == ENROLLMENT_PATH
    return None if failure is None else (failure.code.value, failure.message)


@pytest.mark.parametrize("status", EnrollmentStatus)
def test_each_status_allows_the_actions_of_the_table(status: EnrollmentStatus) -> None:
    """R18: the table, and the actions that are offered agree with it."""
    standing = replace(PENDING, status=status)
    expected = dict(zip(EnrollmentAction, IN_STATES[status], strict=True))
    for action, message in expected.items():
        assert describe_failure(action, standing, MANAGER) == (None if message is None else ("ILLEGAL_STATE", message))
    offered = tuple(action for action, message in expected.items() if message is None)
    assert ENROLLMENT_GUARDS.allowed(standing, MANAGER) == offered
    own = (WITHDRAW,) if WITHDRAW in offered else ()
    assert ENROLLMENT_GUARDS.allowed(standing, ITSELF) == own


EXTEND = "Reject the application, or extend the enrollment window with a revision of the scheme."
AGAIN = "Ask the ECP to withdraw this application and apply again."
OBSTACLES: list[tuple[EnrollmentFacts, str, str]] = [
    (
        replace(PENDING, applicant=replace(APPLIED, status=EcpStatus.PENDING)),
        "ILLEGAL_STATE",
        f"{CODE} is not verified yet. Verify this ECP first.",
    ),
    (
        replace(PENDING, applicant=replace(APPLIED, status=EcpStatus.SUSPENDED)),
        "ILLEGAL_STATE",
        f"{CODE} is suspended and cannot enroll. Verify this ECP again first.",
    ),
    (
        replace(PENDING, applicant=replace(APPLIED, status=EcpStatus.CLOSED)),
        "ILLEGAL_STATE",
        f"{CODE} is closed, so this ECP can no longer enroll. Reject the application.",
    ),
    (
        replace(PENDING, today=date(2026, 8, 1)),
        "ILLEGAL_STATE",
        "This scheme ended on 31 July 2026. Reject the application.",
    ),
    (
        replace(PENDING, offer=replace(OFFER, approved=False, rejected=True)),
        "ILLEGAL_STATE",
        "This scheme was rejected, so nobody can enroll. Reject the application.",
    ),
    (
        replace(PENDING, today=date(2026, 3, 31)),
        "OUT_OF_WINDOW",
        "Enrollment opens on 1 April 2026. Accept the application then.",
    ),
    (
        replace(PENDING, today=date(2026, 5, 1)),
        "OUT_OF_WINDOW",
        f"Enrollment closed on 30 April 2026. {EXTEND}",
    ),
    (
        replace(PENDING, offer=replace(OFFER, closes_on=None)),
        "OUT_OF_WINDOW",
        f"This scheme has no enrollment window. {EXTEND}",
    ),
    (
        replace(PENDING, offer=replace(OFFER, places=frozenset({NEPAL}))),
        "OUT_OF_SCOPE",
        f"This scheme does not run where {CODE} works. Reject the application, or correct the place of this ECP.",
    ),
    (
        replace(PENDING, terms_version=2),
        "CONFLICT",
        f"{CODE} accepted version 2 of the terms, but version 3 is in force. {AGAIN}",
    ),
]


@pytest.mark.parametrize(("standing", "code", "message"), OBSTACLES)
def test_an_application_is_accepted_under_the_conditions_of_enrolling(
    standing: EnrollmentFacts, code: str, message: str
) -> None:
    """R18: it can still be rejected, and the ECP can withdraw it."""
    assert describe_failure(ACCEPT, standing, MANAGER) == (code, message)
    assert ENROLLMENT_GUARDS.allowed(standing, MANAGER) == (REJECT, WITHDRAW)
    assert ENROLLMENT_GUARDS.allowed(standing, ITSELF) == (WITHDRAW,)


@given(
    applicant=st.builds(
        replace,
        st.sampled_from([OWN, NAMED]),
        status=st.sampled_from(EcpStatus),
        places=st.frozensets(st.sampled_from([PUNE, INDIA, NEPAL])),
    ),
    offer=st.builds(
        replace,
        st.just(OFFER),
        approved=st.booleans(),
        rejected=st.booleans(),
        opens_on=st.sampled_from([None, APRIL, date(2026, 4, 11)]),
        closes_on=st.sampled_from([None, APRIL, date(2026, 4, 9)]),
        ends_on=st.sampled_from([None, APRIL, date(2026, 4, 9)]),
        places=st.frozensets(st.sampled_from([PUNE, INDIA, NEPAL])),
    ),
    terms_version=st.integers(2, 4),
)
def test_a_manager_accepts_exactly_those_who_could_enroll_now(
    applicant: Applicant, offer: Offer, terms_version: int
) -> None:
    """R18: the same conditions, whatever the facts."""
    enrolling = find_enrolling_failure(applicant, offer, None, terms_version, APRIL)
    standing = replace(
        PENDING,
        applicant=replace(applicant, own=False, has_applied=True),
        offer=offer,
        terms_version=terms_version,
    )
    accepting = ENROLLMENT_GUARDS.find_failure(ACCEPT, standing, MANAGER)
    assert (accepting and accepting.code) == (enrolling and enrolling.code)
    assert (accepting is None) == (ACCEPT in ENROLLMENT_GUARDS.allowed(standing, MANAGER))


@pytest.mark.parametrize("status", EnrollmentStatus)
@pytest.mark.parametrize("was_enrolled", [True, False])
@pytest.mark.parametrize("withdrawn_by_ecp", [True, False])
def test_only_an_ecp_that_left_by_itself_returns_without_a_decision(
    status: EnrollmentStatus, *, was_enrolled: bool, withdrawn_by_ecp: bool
) -> None:
    """R18: not one whose application nobody had accepted, and not one whom a manager withdrew."""
    latest = LatestApplication(status=status, was_enrolled=was_enrolled, withdrawn_by_ecp=withdrawn_by_ecp)
    assert latest.may_return is (status is EnrollmentStatus.WITHDRAWN and was_enrolled and withdrawn_by_ecp)


def test_managers_cannot_decide_their_own_enrollments() -> None:
    """R25: another manager decides on a manager who is an ECP."""
    both = viewer(Role.PROGRAM_MANAGER, Role.ECP, ecp_id=ECP)
    message = "This is your own enrollment. Another person must decide on it."
    assert (
        describe_failure(ACCEPT, PENDING, both) == describe_failure(REJECT, PENDING, both) == ("SELF_APPROVAL", message)
    )
    assert ENROLLMENT_GUARDS.allowed(PENDING, both) == (WITHDRAW,)
    assert ENROLLMENT_GUARDS.allowed(replace(PENDING, applicant=replace(APPLIED, id=OTHER)), both) == (
        ACCEPT,
        REJECT,
        WITHDRAW,
    )


@pytest.mark.parametrize("status", EnrollmentStatus)
@pytest.mark.parametrize("action", EnrollmentAction)
def test_an_ecp_cannot_act_on_enrollments_of_others(action: EnrollmentAction, status: EnrollmentStatus) -> None:
    """R25: in any status, even if another role shows them."""
    standing = replace(PENDING, status=status)
    for somebody in (STRANGER, viewer(Role.ECP), viewer(Role.ANALYST, Role.ECP, ecp_id=OTHER), viewer(Role.ANALYST)):
        assert describe_failure(action, standing, somebody) == ("NOT_FOUND", "This enrollment does not exist.")
        assert ENROLLMENT_GUARDS.allowed(standing, somebody) == ()


@pytest.mark.parametrize("role", Role)
def test_only_managers_and_ecps_act_on_enrollments(role: Role) -> None:
    """R25: ECPs only on their own."""
    expected = {Role.PROGRAM_MANAGER: (ACCEPT, REJECT, WITHDRAW)}.get(role, ())
    assert ENROLLMENT_GUARDS.allowed(PENDING, viewer(role, ecp_id=OTHER)) == expected
    assert viewer(role).may(Permission.ENROLLMENT_REQUEST) is (role in {Role.PROGRAM_MANAGER, Role.ECP})


def test_reasons_and_titles_stay_on_one_line() -> None:
    """R26: long reasons are cut off, and the ECP is named by its code."""
    values: dict[str, Any] = {"ecp_id": UUID(int=1), "code": CODE, "title": "Monsoon  Care"}
    reader = Reader(UTC_CALENDAR, ecp_id=UUID(int=1))
    asked = f"{CODE} asks to enroll in “Monsoon Care” and is waiting for your decision."
    assert enrollment_sentence(EnrollmentRequested(**values), Reader(UTC_CALENDAR)) == asked
    accepted = EnrollmentAccepted(**values, comment="Welcome\nback!")
    assert enrollment_sentence(accepted, reader) == "You are enrolled in “Monsoon Care”: Welcome back!"
    rejected = EnrollmentRejected(**values, reason="x" * 301)
    assert enrollment_sentence(rejected, reader) == f"Your enrollment in “Monsoon Care” was rejected: {'x' * 299}…"


def test_every_status_has_a_label() -> None:
    assert set(STATUS_LABELS) == set(EnrollmentStatus)
    assert STATUS_LABELS[EnrollmentStatus.PENDING] == "Decision pending"

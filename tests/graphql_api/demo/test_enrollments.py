"""The enrollments of the demo data: each obeys the rules of the product, and every kind exists."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import Applicant, EnrollmentStatus, Offer
from domain.enrollments.guards import find_enrolling_failure
from domain.events import EventKind
from domain.permissions import Role
from graphql_api.demo.accounts.people import TARA
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.enrollments.enrollment_plan import plan_enrollments
from graphql_api.demo.schemes.all_schemes import SCHEMES
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import CALENDAR, NOW, TODAY


def test_there_are_hundreds_of_every_status_over_the_approved_schemes(demo: Demo) -> None:
    enrollments = demo.tables["enrollment"]
    assert Counter(row["status"] for row in enrollments) == {
        EnrollmentStatus.ENROLLED: 601,
        EnrollmentStatus.PENDING: 51,
        EnrollmentStatus.REJECTED: 52,
        EnrollmentStatus.WITHDRAWN: 49,
    }
    begun = {row["id"] for row in demo.schemes if row["approved_at"] and row["enrollment_opens_on"] < TODAY}
    assert {row["scheme_id"] for row in enrollments} == begun
    assert len(begun) == 18
    assert plan_enrollments(plan_ecps(), SCHEMES) == plan_enrollments(plan_ecps(), SCHEMES)


def test_each_enrollment_was_allowed_on_its_day(demo: Demo) -> None:
    ecps = {row["id"]: row for row in demo.tables["ecp"]}
    schemes = {row["id"]: row for row in demo.schemes}
    failures = []
    for row in demo.tables["enrollment"]:
        ecp, scheme = ecps[row["ecp_id"]], schemes[row["scheme_id"]]
        assert row["requested_at"] > max(ecp["verified_at"], scheme["approved_at"])
        own = row["requested_by"] == ecp["account_id"]
        places = frozenset({ecp["geography_id"], ecp["region_id"], ecp["country_id"]})
        applicant = Applicant(id=ecp["id"], code=ecp["code"], status=EcpStatus.ACTIVE, places=places, own=own)
        day = CALENDAR.day_of(row["requested_at"])
        failures.append(find_enrolling_failure(applicant, _offer(demo, scheme), None, row["terms_version"], day))
    assert failures == [None] * len(demo.tables["enrollment"])


def test_decisions_are_those_of_managers_and_rejections_have_reasons(demo: Demo) -> None:
    accounts = {row["id"]: row["account_id"] for row in demo.tables["ecp"]}
    roles = {row["account_id"] for row in demo.tables["account_role"] if row["role"] == Role.PROGRAM_MANAGER}
    for row in demo.tables["enrollment"]:
        status, decided_at = row["status"], row["decided_at"]
        assert (row["reason"] is not None) == (status == EnrollmentStatus.REJECTED)
        assert (row["withdrawn_at"] is not None) == (status == EnrollmentStatus.WITHDRAWN)
        assert decided_at is None or (row["decided_by"] in roles and decided_at >= row["requested_at"])
        assert row["enrolled_at"] == (None if status == EnrollmentStatus.REJECTED else decided_at)
        if status in {EnrollmentStatus.ENROLLED, EnrollmentStatus.REJECTED}:
            assert decided_at is not None
        if row["requested_by"] != accounts[row["ecp_id"]]:
            assert (row["requested_by"], row["requested_at"]) == (row["decided_by"], decided_at)
        if row["withdrawn_at"] is not None:
            assert row["withdrawn_at"] > (decided_at or row["requested_at"])
    by_managers = [row for row in demo.tables["enrollment"] if row["requested_by"] in roles]
    taken_back = [row for row in demo.tables["enrollment"] if row["withdrawn_at"] and row["decided_at"] is None]
    assert (len(by_managers), len(taken_back)) == (69, 3)


def test_enrollments_in_each_scheme_are_as_many_as_planned(demo: Demo) -> None:
    titles = {row["id"]: row["title"] for row in demo.schemes}
    numbers = Counter(titles[row["scheme_id"]] for row in demo.tables["enrollment"])
    planned = Counter(plan.scheme for plan in plan_enrollments(plan_ecps(), SCHEMES))
    assert numbers == planned
    assert (min(numbers.values()), max(numbers.values())) == (8, 86)


def test_the_last_week_is_in_the_stream_of_events(demo: Demo) -> None:
    late = NOW - timedelta(days=7)
    asked = {row["id"] for row in demo.tables["enrollment"] if row["requested_at"] > late}
    decided = {row["id"] for row in demo.tables["enrollment"] if (row["decided_at"] or late) > late}
    ended = {row["id"] for row in demo.tables["enrollment"] if (row["withdrawn_at"] or late) > late}
    published: dict[str, set[UUID]] = {}
    for event in demo.tables["event"]:
        published.setdefault(event["kind"], set()).add(event["object_id"])
    assert asked <= published[EventKind.ENROLLMENT_REQUESTED]
    assert decided - published[EventKind.ENROLLMENT_DECIDED] <= published[EventKind.ENROLLMENT_REQUESTED]
    assert ended <= published[EventKind.ENROLLMENT_WITHDRAWN]
    waiting = [row for row in demo.tables["notification"] if "enrollmentRequested" in (row["fact"] or "")]
    assert {row["account_id"] for row in waiting} <= demo.staff
    assert min(row["created_at"] for row in waiting) > NOW - timedelta(days=10)


def test_the_ecp_that_signs_in_has_an_enrollment_of_each_status(demo: Demo) -> None:
    (tara,) = (row for row in demo.tables["ecp"] if row["email"] == TARA.email)
    assert (tara["code"], tara["status"], tara["practice"]) == ("ECP-2025-000001", "ACTIVE", "Sorvane Eye Care")
    titles = {row["id"]: row["title"] for row in demo.schemes}
    own = [row for row in demo.tables["enrollment"] if row["ecp_id"] == tara["id"]]
    assert {titles[row["scheme_id"]]: row["status"] for row in own} == {
        "Everyday Optician Points": EnrollmentStatus.ENROLLED,
        "Everyday Studio Points": EnrollmentStatus.WITHDRAWN,
        "Southern Synthetic Push": EnrollmentStatus.REJECTED,
        "Contact Lens Starter Practices": EnrollmentStatus.PENDING,
    }


def _offer(demo: Demo, scheme: dict[str, Any]) -> Offer:
    places = frozenset(
        row["geography_id"] for row in demo.tables["scheme_geography"] if row["scheme_id"] == scheme["id"]
    )
    return Offer(
        approved=scheme["approved_at"] is not None,
        rejected=scheme["rejected_at"] is not None,
        opens_on=scheme["enrollment_opens_on"],
        closes_on=scheme["enrollment_closes_on"],
        ends_on=scheme["ends_on"],
        terms_version=scheme["terms_version"],
        places=places,
    )

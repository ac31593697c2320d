"""Loads what happened long ago a week at a time: the rows that the mutations would have left.

Two thousand registrations and their consequences take half a minute one by one. Two things are left out because they
would be gone or in the way: events, which are kept for a week, and the notifications of managers, who would have to
read thousands.
"""

from collections.abc import Sequence

from msgspec import Struct

from graphql_api.demo.ecps.bulk_load import load_ecps
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.enrollments.bulk_load import load_enrollments
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan
from graphql_api.demo.enrollments.requests import EnrollmentRequests
from graphql_api.demo.steps import StepContext


class Week(Struct, frozen=True):
    """The ECPs who registered in one week, and the enrollments requested in it."""

    ecps: Sequence[EcpPlan]
    enrollments: Sequence[EnrollmentPlan]


async def load_week(week: Week, requests: EnrollmentRequests, context: StepContext) -> None:
    """Store the registrations and enrollments of a week, with their outcomes and notifications."""
    await load_ecps(week.ecps, requests.directory, context)
    await load_enrollments(week.enrollments, requests, context)

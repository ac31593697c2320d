"""The enrollment requests of the demo data while it loads."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct, field

from graphql_api.demo.ecps.directory import Directory
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan
from graphql_api.demo.schemes.progress import SchemeProgress


class EnrollmentRequests(Struct, frozen=True):
    """The schemes by title, the ECPs known so far, and the ids of requests that ran as steps."""

    schemes: Mapping[str, SchemeProgress]
    directory: Directory
    ids: dict[EnrollmentPlan, UUID] = field(default_factory=dict)

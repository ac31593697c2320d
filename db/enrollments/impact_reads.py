"""Statements that count the enrolled ECPs whom a change of the catalog concerns."""

from functools import cache

from sqlalchemy import BigInteger, any_, func

from db.counting import OwnerCount, counting_by
from db.enrollments.tables import EnrollmentCountTable
from db.statement import Statement, uuids
from domain.enrollments.facts import EnrollmentStatus


@cache
def enrolled_by_scheme(*, in_places: bool, of_tiers: bool) -> Statement[OwnerCount]:
    """How many ECPs are enrolled in each scheme of the parameter `ids`; in `places` and of `tiers` when asked for."""
    table = EnrollmentCountTable
    kept = [table.status == EnrollmentStatus.ENROLLED.value]
    if in_places:
        kept.append(table.geography_id == any_(uuids("places")))
    if of_tiers:
        kept.append(table.tier_id == any_(uuids("tiers")))
    return counting_by(table.scheme_id, *kept, total=func.sum(table.count).cast(BigInteger))

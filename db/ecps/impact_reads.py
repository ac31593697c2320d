"""Statements that count the ECPs whom a change of the catalog concerns."""

from functools import cache

from sqlalchemy import BigInteger, any_, func, select

from db.columns import scalar
from db.ecps.tables import EcpCountTable
from db.statement import Statement, uuids
from domain.ecps.facts import EcpStatus


@cache
def active_ecps(*, in_places: bool, of_tiers: bool) -> Statement[int]:
    """How many ECPs are active; in the parameter `places` and of `tiers` when asked for."""
    table = EcpCountTable
    total = func.coalesce(func.sum(table.count), 0).cast(BigInteger)
    query = select(total).where(table.status == EcpStatus.ACTIVE.value)
    if in_places:
        query = query.where(table.geography_id == any_(uuids("places")))
    if of_tiers:
        query = query.where(table.tier_id == any_(uuids("tiers")))
    return Statement(query, scalar(int))

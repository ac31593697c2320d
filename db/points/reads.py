"""Statements that read the facts of ECPs for evaluation, as they were at the time of a sale."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, select, text

from db.columns import columns, named_columns
from db.ecps.tables import EcpActivityTable
from db.statement import Statement, moment, moments, texts, uuid, uuids


class PastActivityRow(NamedTuple):
    """An activity of an ECP."""

    kind: str
    occurred_at: datetime


class EarnerAtRow(Struct, frozen=True):
    """An ECP at a moment, and its enrollment in a scheme then; see `EnrollmentAt` for the last six.

    `status` is None if the ECP was not registered yet; the place is then the first one that is known. `erased` is true
    now, whatever the moment. All of it was so `since` an earlier moment, or for ever.
    """

    status: str | None
    tier_id: UUID | None
    geography_id: UUID
    region_id: UUID | None
    country_id: UUID
    enrollment_status: str | None
    terms_version: int | None
    enrolled_at: datetime | None
    withdrawn_at: datetime | None
    returned_at: datetime | None
    first_enrolled_at: datetime | None
    erased: bool
    since: datetime


# The activities of an ECP up to a moment, of the kinds that rules use.
ACTIVITIES_OF_ECP = Statement(
    select(*columns(EcpActivityTable, PastActivityRow)).where(
        EcpActivityTable.ecp_id == uuid("ecp_id"),
        EcpActivityTable.kind == any_(texts("kinds")),
        EcpActivityTable.occurred_at <= moment("at"),
    ),
    PastActivityRow,
)

# For each ECP of the parameter `ecp_ids`, the scheme and the moment that have the same place in `scheme_ids` and
# `moments`; in their order. A withdrawn enrollment without a time ended when it began.
EARNERS_SQL: Final = """
SELECT version.status, version.tier_id, place.geography_id,
    CASE place.level WHEN 'REGION' THEN place.geography_id WHEN 'CITY' THEN place.parent_id END AS region_id,
    coalesce(above.parent_id, place.parent_id, place.geography_id) AS country_id,
    enrollment.status AS enrollment_status, last.terms_version, last.enrolled_at, last.withdrawn_at,
    next.enrolled_at AS returned_at, enrollment.first_enrolled_at, ecp.erased_at IS NOT NULL AS erased,
    greatest(version.valid_from, place.valid_from, above.valid_from, last.enrolled_at, '0001-01-02 00:00+00') AS since
FROM unnest(:ecp_ids, :scheme_ids, :moments) WITH ORDINALITY AS asked (ecp_id, scheme_id, at, position)
JOIN ecp ON ecp.id = asked.ecp_id
LEFT JOIN LATERAL (
    SELECT status, tier_id, geography_id, valid_from FROM ecp_version
    WHERE ecp_id = asked.ecp_id AND valid_from <= asked.at ORDER BY valid_from DESC LIMIT 1
) AS version ON true
LEFT JOIN LATERAL (
    SELECT geography_id FROM ecp_version WHERE ecp_id = asked.ecp_id ORDER BY valid_from LIMIT 1
) AS first ON version.geography_id IS NULL
JOIN LATERAL (
    SELECT geography_id, level, parent_id, valid_from FROM geography_version
    WHERE geography_id = coalesce(version.geography_id, first.geography_id, ecp.geography_id)
        AND valid_from <= asked.at ORDER BY valid_from DESC LIMIT 1
) AS place ON true
LEFT JOIN LATERAL (
    SELECT parent_id, valid_from FROM geography_version
    WHERE geography_id = place.parent_id AND valid_from <= asked.at ORDER BY valid_from DESC LIMIT 1
) AS above ON true
LEFT JOIN enrollment ON enrollment.scheme_id = asked.scheme_id AND enrollment.ecp_id = asked.ecp_id
LEFT JOIN LATERAL (
    SELECT terms_version, enrolled_at,
        CASE WHEN status = 'WITHDRAWN' THEN coalesce(withdrawn_at, enrolled_at) END AS withdrawn_at
    FROM (
        SELECT enrollment.terms_version, enrollment.enrolled_at, enrollment.status, enrollment.withdrawn_at
        UNION ALL
        SELECT terms_version, enrolled_at, status, withdrawn_at FROM past_enrollment
        WHERE enrollment_id = enrollment.id
    ) AS span
    WHERE enrolled_at <= asked.at ORDER BY enrolled_at DESC LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT min(enrolled_at) AS enrolled_at
    FROM (
        SELECT enrollment.enrolled_at
        UNION ALL SELECT enrolled_at FROM past_enrollment WHERE enrollment_id = enrollment.id
    ) AS span
    WHERE enrolled_at > asked.at
) AS next ON true
ORDER BY asked.position
"""
EARNERS_AT = Statement(
    text(EARNERS_SQL)
    .bindparams(uuids("ecp_ids"), uuids("scheme_ids"), moments("moments"))
    .columns(*named_columns(EarnerAtRow)),
    EarnerAtRow,
)

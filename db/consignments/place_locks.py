"""Statements that lock places of custody before their serials are read, in the one order of all writers.

Movements lock their places themselves. What moves serials wherever they are, or all of a batch, locks first and reads
behind the lock, so that nobody moves them in between.
"""

from sqlalchemy import and_, any_, or_, select
from sqlalchemy.orm import aliased

from db.columns import scalar
from db.consignments.custody_tables import CustodyPlaceTable
from db.statement import Statement, number, numbers, uuid, uuids
from domain.consignments.facts import Condition

# The places of a batch, and those on hand at a leg that its serials can come from or go to.
LOCK_PLACES_AROUND_BATCH = Statement(
    select(CustodyPlaceTable.id)
    .where(
        CustodyPlaceTable.line_id == any_(uuids("line_ids")),
        or_(
            CustodyPlaceTable.batch_id == uuid("batch_id"),
            and_(CustodyPlaceTable.batch_id.is_(None), CustodyPlaceTable.leg == number("leg")),
        ),
    )
    .order_by(CustodyPlaceTable.id)
    .with_for_update(key_share=True),
    scalar(int),
)
_HOLDER, _VOID = aliased(CustodyPlaceTable), aliased(CustodyPlaceTable)
# Places, and the places of void serials beside them.
LOCK_PLACES_TO_VOID = Statement(
    select(CustodyPlaceTable.id)
    .where(
        or_(
            CustodyPlaceTable.id == any_(numbers("ids")),
            CustodyPlaceTable.id.in_(
                select(_VOID.id)
                .select_from(_HOLDER)
                .join(
                    _VOID,
                    and_(
                        _VOID.line_id == _HOLDER.line_id,
                        _VOID.leg == _HOLDER.leg,
                        _VOID.batch_id.is_not_distinct_from(_HOLDER.batch_id),
                        _VOID.condition == Condition.VOID.value,
                    ),
                )
                .where(_HOLDER.id == any_(numbers("ids")))
            ),
        )
    )
    .order_by(CustodyPlaceTable.id)
    .with_for_update(key_share=True),
    scalar(int),
)

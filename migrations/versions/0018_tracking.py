"""tracking

Indexes in the orders in which lists show movements, batches, waiting consignments, and discrepancies.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What had the id as its order gets the time of the list before it.
REORDERED = (
    ("movement", "ix_movement__consignment_id", "consignment_id", "recorded_at"),
    ("batch", "ix_batch__consignment_id", "consignment_id", "dispatched_at"),
    ("batch", "ix_batch__from_vendor_id", "from_vendor_id", "dispatched_at"),
    ("batch", "ix_batch__to_vendor_id", "to_vendor_id", "dispatched_at"),
)
WAITING = "ix_consignment_state__waiting_since"


def upgrade() -> None:
    for table, name, owner, moment in REORDERED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [owner, moment, "id"], unique=False)
    op.create_index("ix_batch__dispatched_at", "batch", ["dispatched_at", "id"], unique=False)
    op.create_index("ix_discrepancy__opened_at", "discrepancy", ["opened_at", "id"], unique=False)
    _index_waiting("'9999-12-31 00:00:00+00'::timestamptz")


def downgrade() -> None:
    _index_waiting("'infinity'::timestamptz")
    op.drop_index("ix_discrepancy__opened_at", table_name="discrepancy")
    op.drop_index("ix_batch__dispatched_at", table_name="batch")
    for table, name, owner, _ in REORDERED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [owner, "id"], unique=False)


def _index_waiting(endless: str) -> None:
    """Index the states by the time since which they wait; cursors cannot hold the infinity of PostgreSQL."""
    op.drop_index(WAITING, table_name="consignment_state")
    moment = sa.text(f"COALESCE(waiting_since, {endless})")
    op.create_index(WAITING, "consignment_state", [moment, "consignment_id"], unique=False)

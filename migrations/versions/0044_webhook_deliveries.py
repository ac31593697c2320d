"""webhook deliveries

Failed deliveries: the event that blocks an endpoint, who skipped it, pauses, and timestamps in order. ADR 47 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.outbox.tables import Xid8

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_FAILED = sa.text("error IS NOT NULL")
# An endpoint that is failing waits for the event of its last attempt.
_BLOCKED = """
    UPDATE webhook_endpoint SET blocked_xid = last.event_xid, blocked_id = last.event_id
    FROM webhook_endpoint AS endpoint CROSS JOIN LATERAL (
        SELECT event_xid, event_id, error FROM webhook_delivery WHERE endpoint_id = endpoint.id
        ORDER BY attempted_at DESC, id DESC LIMIT 1
    ) AS last
    WHERE endpoint.id = webhook_endpoint.id AND webhook_endpoint.failures > 0 AND last.error IS NOT NULL
        AND (last.event_xid, last.event_id) > (webhook_endpoint.position_xid, webhook_endpoint.position_id)
"""


def upgrade() -> None:
    for column in (
        sa.Column(
            "throttles",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="Attempts answered 429 since the last delivery; no failures",
        ),
        sa.Column("blocked_xid", Xid8(), nullable=True, comment="The event that was not accepted; others wait for it"),
        sa.Column("blocked_id", sa.BigInteger(), nullable=True),
        sa.Column("latest_at", _MOMENT, nullable=True, comment="The latest timestamp sent; none goes back behind it"),
    ):
        op.add_column("webhook_endpoint", column)
    op.alter_column("webhook_endpoint", "throttles", server_default=None)
    op.create_check_constraint(
        op.f("ck_webhook_endpoint__blocked_by_event"),
        "webhook_endpoint",
        "(blocked_xid IS NULL) = (blocked_id IS NULL)",
    )
    op.execute(_BLOCKED)
    op.add_column(
        "webhook_delivery",
        sa.Column("skipped_at", _MOMENT, nullable=True, comment="When an account skipped the event after this attempt"),
    )
    op.add_column("webhook_delivery", sa.Column("skipped_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_webhook_delivery__skipped_by"), "webhook_delivery", "account", ["skipped_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_webhook_delivery__skip_signed"), "webhook_delivery", "(skipped_at IS NULL) = (skipped_by IS NULL)"
    )
    op.create_index(
        "ix_webhook_delivery__failed",
        "webhook_delivery",
        ["endpoint_id", "attempted_at", "id"],
        unique=False,
        postgresql_where=_FAILED,
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_delivery__failed", table_name="webhook_delivery", postgresql_where=_FAILED)
    for name in ("skipped_by", "skipped_at"):
        op.drop_column("webhook_delivery", name)
    for name in ("latest_at", "blocked_id", "blocked_xid", "throttles"):
        op.drop_column("webhook_endpoint", name)

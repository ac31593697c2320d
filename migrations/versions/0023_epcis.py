"""EPCIS events

Captured events with the movements that they caused, documents to capture, and the coupon references that make Global
Coupon Numbers. ADR 32 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupon_reference",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_coupon_reference__number_counted")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_coupon_reference__scheme_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_coupon_reference__variant_id")),
        sa.PrimaryKeyConstraint("scheme_id", "variant_id", name=op.f("pk_coupon_reference")),
    )
    op.create_index("uq_coupon_reference__number", "coupon_reference", ["number"], unique=True)
    op.execute(
        """
        INSERT INTO coupon_reference (scheme_id, variant_id, number)
        SELECT scheme_id, variant_id, row_number() OVER (ORDER BY min(lower(span)))
        FROM coupon_run GROUP BY scheme_id, variant_id
        """
    )
    op.create_table(
        "epcis_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="The vendor that stated it, or the account of others"),
        sa.Column("event_id", sa.Text(), nullable=False, comment="As the client named it, or a UUID of its content"),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="Of the content, to compare it when it comes again"
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="The event in JSON, without its id"),
        sa.Column("event_time", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("zone_offset", sa.Text(), nullable=False, comment="The offset from UTC where it happened"),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "spans",
            postgresql.INT8MULTIRANGE(),
            nullable=False,
            comment="The serials of its coupons, if it names them",
        ),
        sa.Column(
            "movement_id",
            sa.Uuid(),
            nullable=True,
            comment="The first movement that recorded it; None if nothing moved",
        ),
        sa.CheckConstraint("zone_offset ~ '^[+-][0-9]{2}:[0-9]{2}$'", name=op.f("ck_epcis_event__zone_offset_written")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_epcis_event__account_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["movement.id"], name=op.f("fk_epcis_event__movement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_event")),
    )
    op.create_index("uq_epcis_event__owner_id_event_id", "epcis_event", ["owner_id", "event_id"], unique=True)
    op.create_index("ix_epcis_event__event_id", "epcis_event", ["event_id"], unique=False)
    op.create_index("ix_epcis_event__recorded_at", "epcis_event", ["recorded_at", "id"], unique=False)
    op.create_index("ix_epcis_event__movement_id", "epcis_event", ["movement_id"], unique=False)
    op.create_table(
        "captured_movement",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["movement_id"], ["movement.id"], name=op.f("fk_captured_movement__movement_id")),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_captured_movement")),
    )
    op.create_table(
        "epcis_capture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("behavior", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False, comment="How many events the document has"),
        sa.Column("document", sa.Text(), nullable=True, comment="None once its events are recorded"),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=True),
        sa.Column(
            "captured",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many events are recorded",
        ),
        sa.Column("errors", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (success IS NULL)", name=op.f("ck_epcis_capture__success_at_the_end")
        ),
        sa.CheckConstraint("behavior IN ('rollback', 'proceed')", name=op.f("ck_epcis_capture__behavior_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_epcis_capture__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_capture")),
    )
    op.create_index("ix_epcis_capture__account_id", "epcis_capture", ["account_id", "created_at", "id"], unique=False)
    # Queries answer events in the order in which they were recorded.
    op.create_index("ix_movement__recorded_at", "movement", ["recorded_at", "id"], unique=False)
    op.create_index(
        "ix_batch__shipment_reference",
        "batch",
        ["shipment_reference"],
        unique=False,
        postgresql_where=sa.text("shipment_reference IS NOT NULL"),
    )
    for table in ("captured_movement", "coupon_reference", "epcis_event"):
        op.execute(
            f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION reject_change()"
        )


def downgrade() -> None:
    op.drop_index(
        "ix_batch__shipment_reference",
        table_name="batch",
        postgresql_where=sa.text("shipment_reference IS NOT NULL"),
    )
    op.drop_index("ix_movement__recorded_at", table_name="movement")
    op.drop_table("epcis_capture")
    op.drop_table("captured_movement")
    op.drop_table("epcis_event")
    op.drop_table("coupon_reference")

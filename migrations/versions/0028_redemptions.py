"""redemptions

Attempts to redeem coupons, wrong codes and the lock that follows them, and scans as evidence of discrepancies. ADR 37
says why. A redemption no longer names the account, which after an erasure would lead from the ECP to it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

RESULTS = (
    "REDEEMED",
    "MISTYPED",
    "UNKNOWN",
    "INERT",
    "VOID",
    "UNRESOLVED",
    "LOST",
    "DAMAGED",
    "NOT_STARTED",
    "EXPIRED",
    "SCANNED_TOO_EARLY",
    "NOT_ENROLLED",
    "NOT_ACTIVE",
    "NOT_EARNING",
    "ALREADY_YOURS",
    "ALREADY_REDEEMED",
)
KNOWN_RESULT = f"result IN ({', '.join(repr(result) for result in RESULTS)})"


def upgrade() -> None:
    op.drop_column("redemption", "account_id")
    op.create_index("ix_redemption__recorded_at", "redemption", ["recorded_at", "sale"], unique=False)
    op.add_column(
        "ecp",
        sa.Column(
            "redemption_locked_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Since when the ECP may not redeem coupons, because of wrong codes",
        ),
    )
    op.create_table(
        "redemption_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False, comment="Keyed: equal codes have equal hashes"),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True, comment="As the app named it; null after an erasure"),
        sa.Column("place", sa.Text(), nullable=True, comment="The address of the client; null after an erasure"),
        sa.CheckConstraint(KNOWN_RESULT, name=op.f("ck_redemption_attempt__result_known")),
        sa.CheckConstraint("length(place) <= 64", name=op.f("ck_redemption_attempt__place_length")),
        sa.CheckConstraint("octet_length(code_hash) = 16", name=op.f("ck_redemption_attempt__code_hashed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_attempt")),
    )
    op.create_index("ix_redemption_attempt__at", "redemption_attempt", ["at"], unique=False)
    op.create_index("ix_redemption_attempt__ecp", "redemption_attempt", ["ecp", "at", "id"], unique=False)
    op.create_table(
        "wrong_codes",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False, comment="Left in the bucket when it was last refilled"),
        sa.Column("refilled_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, comment="Since the last redemption"),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False, comment="When the first of them came"),
        sa.CheckConstraint("count >= 0 AND tokens >= 0", name=op.f("ck_wrong_codes__counted")),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_wrong_codes")),
    )
    op.create_table(
        "discrepancy_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("discrepancy_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("scanned_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(KNOWN_RESULT, name=op.f("ck_discrepancy_evidence__result_known")),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"], ["discrepancy.id"], name=op.f("fk_discrepancy_evidence__discrepancy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy_evidence")),
    )
    op.create_index(
        "uq_discrepancy_evidence__scan", "discrepancy_evidence", ["discrepancy_id", "serial", "ecp"], unique=True
    )
    op.execute(
        "CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON discrepancy_evidence FOR EACH ROW "
        "EXECUTE FUNCTION reject_change()"
    )


def downgrade() -> None:
    op.drop_table("discrepancy_evidence")
    op.drop_table("wrong_codes")
    op.drop_table("redemption_attempt")
    op.drop_column("ecp", "redemption_locked_at")
    op.drop_index("ix_redemption__recorded_at", table_name="redemption")
    nobody = sa.text("'00000000-0000-0000-0000-000000000000'")
    op.add_column("redemption", sa.Column("account_id", sa.Uuid(), nullable=False, server_default=nobody))
    op.alter_column("redemption", "account_id", server_default=None)

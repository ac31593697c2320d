"""returned payouts

The money of a payment may come back after it was reported as paid: the line keeps both references, and the settlement
counts it apart. ADR 41 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NONE = sa.text("0")
_RETURN = (
    "CASE WHEN status = 'RETURNED' THEN return_reference IS NOT NULL AND returned_at IS NOT NULL "
    "ELSE return_reference IS NULL AND returned_at IS NULL END"
)


def upgrade() -> None:
    op.add_column(
        "settlement",
        sa.Column(
            "returned_lines",
            sa.Integer(),
            server_default=_NONE,
            nullable=False,
            comment="Paid before, and not any more",
        ),
    )
    op.add_column("settlement", sa.Column("returned_points", sa.BigInteger(), server_default=_NONE, nullable=False))
    op.add_column(
        "settlement_line",
        sa.Column("return_reference", sa.Text(), nullable=True, comment="Of the return of the money of a payment"),
    )
    op.add_column("settlement_line", sa.Column("returned_at", _MOMENT, nullable=True))
    _check(
        lines="paid_lines + failed_lines + returned_lines",
        statuses="'PENDING', 'PAID', 'FAILED', 'RETURNED', 'CARRIED_OVER'",
        reported="'PAID', 'FAILED', 'RETURNED'",
    )
    op.create_check_constraint(op.f("ck_settlement_line__return_complete"), "settlement_line", _RETURN)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_settlement_line__return_complete"), "settlement_line", type_="check")
    # A payment that came back is one that failed: its points are available again.
    op.execute(
        "UPDATE settlement SET failed_lines = failed_lines + returned_lines, returned_lines = 0, "
        "failed_points = failed_points + returned_points, returned_points = 0"
    )
    op.execute("UPDATE settlement_line SET status = 'FAILED' WHERE status = 'RETURNED'")
    _check(
        lines="paid_lines + failed_lines",
        statuses="'PENDING', 'PAID', 'FAILED', 'CARRIED_OVER'",
        reported="'PAID', 'FAILED'",
    )
    op.drop_column("settlement_line", "returned_at")
    op.drop_column("settlement_line", "return_reference")
    op.drop_column("settlement", "returned_points")
    op.drop_column("settlement", "returned_lines")


def _check(*, lines: str, statuses: str, reported: str) -> None:
    """Replace the checks that count reports and know statuses."""
    complete = (
        f"CASE WHEN status IN ({reported}) THEN reference IS NOT NULL AND reported_at IS NOT NULL "
        "ELSE reference IS NULL AND reported_at IS NULL END"
    )
    checks = (
        ("settlement", "settled_reported", f"status <> 'SETTLED' OR {lines} = payable_lines"),
        ("settlement", "reports_counted", f"{lines} <= payable_lines"),
        ("settlement_line", "status_known", f"status IN ({statuses})"),
        ("settlement_line", "report_complete", complete),
    )
    for table, name, check in checks:
        op.drop_constraint(op.f(f"ck_{table}__{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}__{name}"), table, check)

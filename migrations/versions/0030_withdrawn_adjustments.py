"""withdrawn adjustments

The maker of a pending adjustment can withdraw it. ADR 39 says why.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KNOWN = "ck_adjustment__status_known"
_BY_MAKER = "ck_adjustment__withdrawn_by_maker"


def upgrade() -> None:
    op.drop_constraint(op.f(_KNOWN), "adjustment", type_="check")
    known = "status IN ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN')"
    op.create_check_constraint(op.f(_KNOWN), "adjustment", known)
    by_maker = "status <> 'WITHDRAWN' OR decided_by IS NULL AND decision_reason IS NULL"
    op.create_check_constraint(op.f(_BY_MAKER), "adjustment", by_maker)


def downgrade() -> None:
    # What was withdrawn becomes rejected without a second person, as by an erasure.
    op.drop_constraint(op.f(_BY_MAKER), "adjustment", type_="check")
    op.execute(
        "UPDATE adjustment SET status = 'REJECTED', decision_reason = 'Withdrawn by its maker.' "
        "WHERE status = 'WITHDRAWN'"
    )
    op.drop_constraint(op.f(_KNOWN), "adjustment", type_="check")
    op.create_check_constraint(op.f(_KNOWN), "adjustment", "status IN ('PENDING', 'APPROVED', 'REJECTED')")

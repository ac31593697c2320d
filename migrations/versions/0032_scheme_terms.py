"""scheme terms

The terms by which a scheme pays: the value of a point, the minimum payout, the expiry of points, and the grace period.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COLUMNS = {
    "point_amount": (sa.Numeric, "What a point is worth when it is paid"),
    "point_currency": (sa.Text, None),
    "minimum_payout": (sa.BigInteger, None),
    "points_expire_after_days": (sa.Integer, None),
    "grace_days": (sa.Integer, "Days after the end in which coupons pay; null for 30"),
}
_CHECKS = {
    "point_amount_plain": "point_amount > 0 AND scale(point_amount) <= 6",
    "point_value_whole": "(point_amount IS NULL) = (point_currency IS NULL)",
    "minimum_payout_positive": "minimum_payout > 0",
    "points_expire_later": "points_expire_after_days > 0",
    "grace_days_not_negative": "grace_days >= 0",
}


def upgrade() -> None:
    for name, (kind, comment) in _COLUMNS.items():
        op.add_column("scheme", sa.Column(name, kind(), nullable=True, comment=comment))
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_scheme__{name}"), "scheme", condition)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("scheme", name)

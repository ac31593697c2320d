"""settlements

Settlements of schemes with a line for each ECP, and the entries that name them. The stage SETTLEMENT waits until the
grace period after the end of a scheme is over. ADR 41 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NONE = sa.text("0")
_CHECKS = {
    "status_known": "status IN ('PREPARING', 'PROPOSED', 'APPROVED', 'PAYING', 'SETTLED', 'REJECTED', 'WITHDRAWN')",
    "two_persons": "decided_by <> made_by",
    "decision_dated": "(status IN ('PREPARING', 'PROPOSED')) = (decided_at IS NULL)",
    "decision_signed": "status NOT IN ('APPROVED', 'PAYING', 'SETTLED', 'REJECTED') OR decided_by IS NOT NULL",
    "rejection_explained": "status <> 'REJECTED' OR decision_reason IS NOT NULL",
    "withdrawn_by_maker": "status <> 'WITHDRAWN' OR decided_by IS NULL",
    "lines_frozen": "status IN ('PREPARING', 'WITHDRAWN') OR as_known_at IS NOT NULL",
    "value_has_currency": "(point_value IS NULL) = (currency IS NULL)",
    "settled_dated": "(status = 'SETTLED') = (settled_at IS NOT NULL)",
    "settled_reported": "status <> 'SETTLED' OR paid_lines + failed_lines = payable_lines",
    "reports_counted": "paid_lines + failed_lines <= payable_lines",
}
_LINE_CHECKS = {
    "status_known": "status IN ('PENDING', 'PAID', 'FAILED', 'CARRIED_OVER')",
    "carry_reason_known": "carry_reason IN ('NEGATIVE', 'AWAITING_VALUATION', 'SUSPENDED', 'CLOSED', 'BELOW_MINIMUM', "
    "'WITHOUT_AMOUNT')",
    "carrying_explained": "(status = 'CARRIED_OVER') = (carry_reason IS NOT NULL)",
    "points_placed": "CASE status WHEN 'CARRIED_OVER' THEN points = 0 AND carried_over <> 0 AND amount IS NULL "
    "ELSE points > 0 AND carried_over = 0 END",
    "amount_positive": "amount > 0",
    "report_complete": "CASE WHEN status IN ('PAID', 'FAILED') THEN reference IS NOT NULL AND reported_at IS NOT NULL "
    "ELSE reference IS NULL AND reported_at IS NULL END",
}
_STATUSES = (
    "'STEP_PENDING', 'REVIEW_PENDING', 'CHANGES_REQUESTED', 'SUBMITTED', 'APPROVAL_PENDING', 'APPROVED', 'REJECTED', "
    "'COUPONS_NOT_GENERATED', 'COUPONS_GENERATED', 'VENDOR_NOT_ASSIGNED', 'PARTLY_ALLOCATED', 'FULLY_ALLOCATED', "
    "'ARTWORK_NOT_UPLOADED', 'ARTWORK_APPROVAL_PENDING', 'ARTWORK_REVISION_REQUESTED', 'ARTWORK_APPROVED', "
    "'PRODUCTION_NOT_STARTED', 'IN_PRODUCTION', 'IN_TRANSIT', 'DELIVERED', 'NOT_STARTED', 'ENROLLMENT_OPEN', "
    "'RUNNING', 'ENDED', 'SETTLEMENT_PENDING', "
)
_STATUS_KNOWN = "ck_scheme_stage__status_known"
# No scheme has a grace period of its own yet, so it has 30 days after its last day. The stage begins with the day after.
_BEGINS = "((scheme.ends_on + 31)::timestamp AT TIME ZONE (SELECT time_zone FROM program))"
_ENDED = "((scheme.ends_on + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM program))"
# What was pending from the last day on is divided: the grace period, and what follows.
_BEGIN_LATER = f"""
INSERT INTO scheme_stage (scheme_id, kind, valid_from, valid_until, position, state, status, since, done, total,
    waiting_role, blocked_by, is_current)
SELECT scheme_id, kind, {_BEGINS}, valid_until, position, state, stage.status, greatest(since, {_BEGINS}), done, total,
    waiting_role, blocked_by, is_current
FROM scheme_stage AS stage JOIN scheme ON scheme.id = stage.scheme_id
WHERE stage.status = 'SETTLEMENT_PENDING' AND stage.valid_from < {_BEGINS}
"""  # noqa: S608 - our own text
_WAIT = f"""
UPDATE scheme_stage AS stage SET valid_until = {_BEGINS}, state = 'NOT_STARTED', status = 'GRACE_PERIOD',
    waiting_role = NULL, due_on = scheme.ends_on + 31
FROM scheme
WHERE scheme.id = stage.scheme_id AND stage.status = 'SETTLEMENT_PENDING' AND stage.valid_from < {_BEGINS}
"""  # noqa: S608 - our own text
_FORGET_BEGUN = """
DELETE FROM scheme_stage AS stage WHERE kind = 'SETTLEMENT' AND status <> 'GRACE_PERIOD' AND EXISTS (
    SELECT FROM scheme_stage AS early WHERE early.scheme_id = stage.scheme_id AND early.status = 'GRACE_PERIOD'
)
"""
_BEGIN_EARLIER = f"""
UPDATE scheme_stage AS stage SET status = 'SETTLEMENT_PENDING', state = 'PENDING', done = 0, total = 1, due_on = NULL,
    waiting_role = 'PROGRAM_MANAGER', valid_until = '9999-12-31Z', since = greatest({_ENDED}, scheme.approved_at)
FROM scheme WHERE scheme.id = stage.scheme_id AND kind = 'SETTLEMENT' AND status IS NOT NULL
"""  # noqa: S608 - our own text


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="From 1 within the scheme; later ones are supplementary"
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("as_known_at", _MOMENT, nullable=True, comment="As of when the lines are"),
        sa.Column("point_value", sa.Numeric(), nullable=True, comment="The amount of a point"),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("minimum_payout", sa.BigInteger(), nullable=True, comment="Points that an ECP needs for a payout"),
        sa.Column(
            "open_discrepancies", sa.Integer(), nullable=False, comment="That the maker acknowledged, as the next ones"
        ),
        sa.Column("open_parked_sales", sa.Integer(), nullable=False),
        sa.Column("open_adjustments", sa.Integer(), nullable=False),
        sa.Column("open_valuations", sa.Integer(), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.Column("lines", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("payable_lines", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("points", sa.BigInteger(), server_default=_NONE, nullable=False, comment="To pay"),
        sa.Column("amount", sa.Numeric(), nullable=True, comment="To pay; null without a value of a point"),
        sa.Column(
            "carried_over", sa.BigInteger(), server_default=_NONE, nullable=False, comment="Points, negative ones too"
        ),
        sa.Column("paid_lines", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("paid_points", sa.BigInteger(), server_default=_NONE, nullable=False),
        sa.Column("failed_lines", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("failed_points", sa.BigInteger(), server_default=_NONE, nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_settlement__{name}")) for name, check in _CHECKS.items()),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_settlement__decided_by")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_settlement__made_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_settlement__scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index("uq_settlement__scheme_id", "settlement", ["scheme_id", "number"], unique=True)
    op.create_index(
        "uq_settlement__open",
        "settlement",
        ["scheme_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('PREPARING', 'PROPOSED', 'APPROVED')"),
    )
    op.create_index("ix_settlement__made_at", "settlement", ["made_at", "id"], unique=False)
    op.create_index("ix_settlement__scheme_made_at", "settlement", ["scheme_id", "made_at", "id"], unique=False)
    op.create_index(
        "ix_settlement__proposed",
        "settlement",
        ["made_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'PROPOSED'"),
    )
    op.create_table(
        "settlement_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False, comment="The number of the ECP"),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="To pay"),
        sa.Column("carried_over", sa.BigInteger(), nullable=False, comment="That stay with the ECP; may be negative"),
        sa.Column("carry_reason", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True, comment="Of the payment, as it was reported"),
        sa.Column("reported_at", _MOMENT, nullable=True),
        sa.Column("known_seq", sa.BigInteger(), nullable=False, comment="The last entry of the ledger that it knows"),
        sa.Column("known_at", _MOMENT, nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_settlement_line__{name}")) for name, check in _LINE_CHECKS.items()),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_line__settlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
    )
    op.create_index("uq_settlement_line__ecp", "settlement_line", ["settlement_id", "ecp"], unique=True)
    op.create_index("ix_settlement_line__status", "settlement_line", ["settlement_id", "status", "ecp"], unique=False)
    op.create_index("ix_settlement_line__known_at", "settlement_line", ["ecp", "known_at", "id"], unique=False)
    op.add_column("points_entry", sa.Column("settlement_line_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f(_STATUS_KNOWN), "scheme_stage", type_="check")
    op.create_check_constraint(
        op.f(_STATUS_KNOWN),
        "scheme_stage",
        f"status IN ({_STATUSES}'GRACE_PERIOD', 'SETTLEMENT_PROPOSED', 'PAYOUTS_PENDING', 'SETTLED')",
    )
    op.execute(_BEGIN_LATER)
    op.execute(_WAIT)


def downgrade() -> None:
    op.execute(_FORGET_BEGUN)
    op.execute(_BEGIN_EARLIER)
    op.drop_constraint(op.f(_STATUS_KNOWN), "scheme_stage", type_="check")
    op.create_check_constraint(op.f(_STATUS_KNOWN), "scheme_stage", f"status IN ({_STATUSES}'SETTLED')")
    op.drop_column("points_entry", "settlement_line_id")
    op.drop_table("settlement_line")
    op.drop_table("settlement")

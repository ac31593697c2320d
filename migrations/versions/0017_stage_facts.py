"""stage facts

Stages store for whom they wait as a role, vendors, and variants, and the text is written when it is read. No scheme has
artwork yet, so the stage ARTWORK is skipped. Two partial indexes serve the facts from which stages derive.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROLES = {
    "ADMIN": "Administrator",
    "PROGRAM_MANAGER": "Program manager",
    "APPROVER": "Approver",
    "OPERATIONS": "Operations",
    "DESIGNER": "Designer",
    "VENDOR": "Vendor",
    "ECP": "ECP",
    "ANALYST": "Analyst",
    "INTEGRATION": "Connected system",
}
NAME_ROLE = sa.text("UPDATE scheme_stage SET waiting_role = :role WHERE waiting_on = :label")
NAME_LABEL = sa.text("UPDATE scheme_stage SET waiting_on = :label WHERE waiting_role = :role")
SKIP_ARTWORK = """
UPDATE scheme_stage SET state = 'SKIPPED', status = NULL, since = NULL, done = 0, total = 0, waiting_role = NULL,
    due_on = NULL
WHERE kind = 'ARTWORK'
"""
WAIT_FOR_ARTWORK = """
UPDATE scheme_stage SET
    state = CASE WHEN scheme.approved_at IS NULL THEN 'NOT_STARTED' ELSE 'PENDING' END,
    status = CASE WHEN scheme.approved_at IS NOT NULL THEN 'ARTWORK_NOT_UPLOADED' END,
    since = scheme.approved_at,
    total = (SELECT count(*) FROM scheme_variant WHERE scheme_variant.scheme_id = scheme.id),
    waiting_on = CASE WHEN scheme.approved_at IS NOT NULL THEN 'Designer' END,
    due_on = CASE WHEN scheme.approved_at IS NOT NULL THEN scheme.starts_on END
FROM scheme
WHERE scheme.id = scheme_stage.scheme_id AND kind = 'ARTWORK' AND revises IS NULL AND 'COUPON' = ANY (earning_channels)
"""
# The version before knows only rejections.
FORGET_BLOCKS = """
UPDATE scheme_stage SET blocked_by = '[]'
WHERE blocked_by @> '[{"kind": "couponsMissing"}]' OR blocked_by @> '[{"kind": "discrepancyOpen"}]'
"""


def upgrade() -> None:
    op.add_column("scheme_stage", sa.Column("waiting_role", sa.Text(), nullable=True, comment="The role that must act"))
    for name, comment in (
        ("waiting_vendor_ids", "The vendors of that role that must act"),
        ("waiting_variant_ids", "The variants that it must act on"),
    ):
        op.add_column("scheme_stage", sa.Column(name, postgresql.ARRAY(sa.Uuid()), nullable=True, comment=comment))
    for role, label in ROLES.items():
        op.execute(NAME_ROLE.bindparams(role=role, label=label))
    op.execute(SKIP_ARTWORK)
    known = ", ".join(f"'{role}'" for role in ROLES)
    op.create_check_constraint(
        op.f("ck_scheme_stage__waiting_role_known"), "scheme_stage", f"waiting_role IN ({known})"
    )
    op.drop_column("scheme_stage", "waiting_on")
    op.create_index(
        "ix_custody_place__settled",
        "custody_place",
        ["line_id"],
        postgresql_where=sa.text("condition IN ('COMMISSIONED', 'DAMAGED', 'LOST', 'VOID')"),
    )
    op.create_index(
        "ix_movement__voiding",
        "movement",
        ["consignment_id", "recorded_at"],
        postgresql_where=sa.text("kind IN ('SPOILED', 'VOIDED')"),
    )


def downgrade() -> None:
    op.drop_index("ix_movement__voiding", table_name="movement")
    op.drop_index("ix_custody_place__settled", table_name="custody_place")
    op.add_column("scheme_stage", sa.Column("waiting_on", sa.Text(), nullable=True))
    for role, label in ROLES.items():
        op.execute(NAME_LABEL.bindparams(role=role, label=label))
    op.execute(WAIT_FOR_ARTWORK)
    op.execute(FORGET_BLOCKS)
    op.drop_constraint(op.f("ck_scheme_stage__waiting_role_known"), "scheme_stage")
    for name in ("waiting_variant_ids", "waiting_vendor_ids", "waiting_role"):
        op.drop_column("scheme_stage", name)

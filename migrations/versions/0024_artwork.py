"""artwork

Consignments wait for artwork: their status by custody is stored beside the one that artwork decides, too. The stage
ARTWORK is not skipped any more. Nothing is uploaded yet, so every scheme that is executed waits for its designers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BY_CUSTODY = "'READY', 'IN_PRODUCTION', 'IN_TRANSIT', 'DELIVERED', 'CANCELED'"
FILL_CUSTODY = "UPDATE consignment_state SET custody_status = status, custody_since = since"
# The legs that must act without artwork: those with good coupons on hand, and those that must receive some.
WAIT_FOR_DESIGNERS = """
UPDATE consignment_state SET
    status = CASE status WHEN 'READY' THEN 'AWAITING_ARTWORK' ELSE status END,
    waiting_legs = found.legs,
    waiting_since = CASE WHEN cardinality(found.legs) > 0 THEN waiting_since END
FROM (
    SELECT consignment.id, ARRAY(
        SELECT DISTINCT custody_place.leg + (batch_id IS NOT NULL)::integer
        FROM consignment_line JOIN custody_place ON line_id = consignment_line.id
        WHERE consignment_line.consignment_id = consignment.id AND condition = 'GOOD' AND custody_place.quantity > 0
        ORDER BY 1
    )::smallint[] AS legs
    FROM consignment
    WHERE canceled_at IS NULL
) AS found
WHERE found.id = consignment_state.consignment_id AND status <> 'DELIVERED'
"""
FORGET_ARTWORK = """
UPDATE consignment_state SET
    status = custody_status, since = custody_since, waiting_legs = found.legs,
    waiting_since = CASE WHEN cardinality(found.legs) > 0 THEN COALESCE(waiting_since, custody_since) END
FROM (
    SELECT consignment.id, ARRAY(
        SELECT DISTINCT custody_place.leg + (batch_id IS NOT NULL)::integer
        FROM consignment_line JOIN custody_place ON line_id = consignment_line.id
        WHERE consignment_line.consignment_id = consignment.id AND condition IN ('PLANNED', 'GOOD')
            AND custody_place.quantity > 0 AND canceled_at IS NULL
        ORDER BY 1
    )::smallint[] AS legs
    FROM consignment
) AS found
WHERE found.id = consignment_state.consignment_id
"""
WAIT_FOR_ARTWORK = """
UPDATE scheme_stage SET
    state = CASE WHEN scheme.approved_at IS NULL THEN 'NOT_STARTED' ELSE 'PENDING' END,
    status = CASE WHEN scheme.approved_at IS NOT NULL THEN 'ARTWORK_NOT_UPLOADED' END,
    since = scheme.approved_at,
    total = cardinality(needed.variant_ids),
    waiting_role = CASE WHEN scheme.approved_at IS NOT NULL THEN 'DESIGNER' END,
    due_on = CASE WHEN scheme.approved_at IS NOT NULL THEN scheme.starts_on END
FROM scheme, LATERAL (
    SELECT ARRAY(
        SELECT scheme_variant.variant_id
        FROM scheme_variant JOIN variant ON variant.id = scheme_variant.variant_id
        WHERE scheme_variant.scheme_id = scheme.id AND (
            COALESCE(planned_quantity, 0) > COALESCE((
                SELECT sum(quantity) FROM shortfall_closure
                WHERE shortfall_closure.scheme_id = scheme.id
                    AND shortfall_closure.variant_id = scheme_variant.variant_id
            ), 0) AND (scheme.approved_at IS NOT NULL OR planned_quantity > 0)
            OR EXISTS (
                SELECT FROM consignment JOIN consignment_line ON consignment_line.consignment_id = consignment.id
                WHERE consignment.scheme_id = scheme.id AND canceled_at IS NULL
                    AND consignment_line.variant_id = scheme_variant.variant_id
            )
        )
        ORDER BY sku
    ) AS variant_ids
) AS needed
WHERE scheme.id = scheme_stage.scheme_id AND kind = 'ARTWORK' AND revises IS NULL
    AND 'COUPON' = ANY (earning_channels)
    AND (scheme.approved_at IS NULL OR cardinality(needed.variant_ids) > 0)
"""
# Vendors wait no more where a designer must act first.
BLOCK_PRODUCTION = """
UPDATE scheme_stage SET
    waiting_vendor_ids = NULLIF(found.vendor_ids, '{}'),
    waiting_role = CASE
        WHEN found.vendor_ids <> '{}' THEN 'VENDOR'
        WHEN blocked_by @> '[{"kind": "discrepancyOpen"}]' THEN 'OPERATIONS'
        WHEN found.missing <> '[]' THEN 'DESIGNER'
    END,
    state = CASE
        WHEN found.vendor_ids = '{}' AND (found.missing <> '[]' OR blocked_by <> '[]') THEN 'BLOCKED' ELSE state
    END,
    blocked_by = blocked_by || found.missing
FROM (
    SELECT scheme.id, ARRAY(
        SELECT vendor_id FROM (
            SELECT DISTINCT ON (vendor_id) vendor_id, created_at, consignment.id, position
            FROM consignment
            JOIN consignment_state ON consignment_state.consignment_id = consignment.id
            JOIN consignment_leg ON consignment_leg.consignment_id = consignment.id AND position = ANY (waiting_legs)
            WHERE consignment.scheme_id = scheme.id AND canceled_at IS NULL
            ORDER BY vendor_id, created_at, consignment.id, position
        ) AS waiting ORDER BY created_at, id, position
    ) AS vendor_ids, COALESCE((
        SELECT jsonb_agg(jsonb_build_object('kind', 'artworkMissing', 'variant_id', variant.id) ORDER BY sku)
        FROM variant
        WHERE EXISTS (
            SELECT FROM consignment JOIN consignment_line ON consignment_line.consignment_id = consignment.id
            WHERE consignment.scheme_id = scheme.id AND canceled_at IS NULL AND variant_id = variant.id
        ) AND EXISTS (
            SELECT FROM consignment JOIN consignment_state ON consignment_state.consignment_id = consignment.id
            WHERE consignment.scheme_id = scheme.id AND status = 'AWAITING_ARTWORK'
        )
    ), '[]') AS missing
    FROM scheme
) AS found
WHERE found.id = scheme_stage.scheme_id AND kind = 'PRODUCTION' AND state IN ('PENDING', 'IN_PROGRESS', 'BLOCKED')
"""
# The first stage that is neither done nor skipped is current; only ARTWORK has changed.
MOVE_CURRENT = """
UPDATE scheme_stage SET is_current = kind = 'ARTWORK'
WHERE EXISTS (
    SELECT FROM scheme_stage AS artwork
    WHERE artwork.scheme_id = scheme_stage.scheme_id AND artwork.kind = 'ARTWORK' AND artwork.state = 'PENDING'
) AND NOT EXISTS (
    SELECT FROM scheme_stage AS earlier
    WHERE earlier.scheme_id = scheme_stage.scheme_id AND earlier.position < 5
        AND earlier.state NOT IN ('DONE', 'SKIPPED')
)
"""
SKIP_ARTWORK = """
UPDATE scheme_stage SET state = 'SKIPPED', status = NULL, since = NULL, done = 0, total = 0, waiting_role = NULL,
    waiting_vendor_ids = NULL, waiting_variant_ids = NULL, due_on = NULL, blocked_by = '[]', is_current = false
WHERE kind = 'ARTWORK'
"""
# The version before knows neither artwork nor who waits for it: PRODUCTION waits for the vendors of its legs.
UNBLOCK_PRODUCTION = """
UPDATE scheme_stage SET
    waiting_vendor_ids = found.vendor_ids, waiting_role = 'VENDOR',
    state = CASE WHEN status = 'PRODUCTION_NOT_STARTED' THEN 'PENDING' ELSE 'IN_PROGRESS' END
FROM (
    SELECT scheme.id, ARRAY(
        SELECT vendor_id FROM (
            SELECT DISTINCT ON (vendor_id) vendor_id, created_at, consignment.id, position
            FROM consignment
            JOIN consignment_state ON consignment_state.consignment_id = consignment.id
            JOIN consignment_leg ON consignment_leg.consignment_id = consignment.id AND position = ANY (waiting_legs)
            WHERE consignment.scheme_id = scheme.id AND canceled_at IS NULL
            ORDER BY vendor_id, created_at, consignment.id, position
        ) AS waiting ORDER BY created_at, id, position
    ) AS vendor_ids
    FROM scheme
) AS found
WHERE found.id = scheme_stage.scheme_id AND kind = 'PRODUCTION' AND state IN ('PENDING', 'IN_PROGRESS', 'BLOCKED')
    AND found.vendor_ids <> '{}'
"""
FORGET_BLOCKS = """
UPDATE scheme_stage SET blocked_by = COALESCE((
    SELECT jsonb_agg(block) FROM jsonb_array_elements(blocked_by) AS block
    WHERE block->>'kind' NOT IN ('artworkMissing', 'revisionRequested', 'allocationIncomplete')
), '[]')
WHERE kind = 'PRODUCTION' AND blocked_by <> '[]'
"""
CURRENT_BEFORE = """
UPDATE scheme_stage SET is_current = position = (
    SELECT min(first.position) FROM scheme_stage AS first
    WHERE first.scheme_id = scheme_stage.scheme_id AND first.state NOT IN ('DONE', 'SKIPPED')
        AND first.valid_from <= scheme_stage.valid_from AND first.valid_until > scheme_stage.valid_from
)
WHERE EXISTS (
    SELECT FROM scheme_stage AS artwork
    WHERE artwork.scheme_id = scheme_stage.scheme_id AND artwork.kind = 'ARTWORK' AND artwork.is_current
) AND EXISTS (
    SELECT FROM scheme_stage AS first
    WHERE first.scheme_id = scheme_stage.scheme_id AND first.state NOT IN ('DONE', 'SKIPPED') AND first.kind <> 'ARTWORK'
        AND first.valid_from <= scheme_stage.valid_from AND first.valid_until > scheme_stage.valid_from
)
"""


def upgrade() -> None:
    op.add_column(
        "consignment_state",
        sa.Column(
            "custody_status", sa.Text(), nullable=True, comment="The status by custody alone, whatever the artwork"
        ),
    )
    op.add_column(
        "consignment_state",
        sa.Column(
            "custody_since",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When it reached the status by custody",
        ),
    )
    op.execute(FILL_CUSTODY)
    op.alter_column("consignment_state", "custody_status", nullable=False)
    op.alter_column("consignment_state", "custody_since", nullable=False)
    op.create_check_constraint(
        op.f("ck_consignment_state__custody_status_known"), "consignment_state", f"custody_status IN ({BY_CUSTODY})"
    )
    op.drop_constraint(op.f("ck_consignment_state__status_known"), "consignment_state", type_="check")
    op.create_check_constraint(
        op.f("ck_consignment_state__status_known"),
        "consignment_state",
        f"status IN ('AWAITING_ARTWORK', 'ARTWORK_BLOCKED', {BY_CUSTODY})",
    )
    for statement in (WAIT_FOR_DESIGNERS, WAIT_FOR_ARTWORK, BLOCK_PRODUCTION, MOVE_CURRENT):
        op.execute(statement)


def downgrade() -> None:
    op.execute(FORGET_ARTWORK)
    for statement in (UNBLOCK_PRODUCTION, FORGET_BLOCKS, CURRENT_BEFORE, SKIP_ARTWORK):
        op.execute(statement)
    op.drop_constraint(op.f("ck_consignment_state__status_known"), "consignment_state", type_="check")
    op.create_check_constraint(
        op.f("ck_consignment_state__status_known"), "consignment_state", f"status IN ({BY_CUSTODY})"
    )
    op.drop_constraint(op.f("ck_consignment_state__custody_status_known"), "consignment_state", type_="check")
    op.drop_column("consignment_state", "custody_since")
    op.drop_column("consignment_state", "custody_status")

"""sales

Parked sales, aliases, and sources of sales. ADR 36.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "parked_sale",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("updated_at", MOMENT, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The sale as it was sent, as msgpack"),
        sa.Column("ecp_key", sa.Text(), nullable=False, comment="What names the ECP"),
        sa.Column("sku_keys", postgresql.ARRAY(sa.Text()), nullable=False, comment="What names the variants"),
        sa.Column("returns_external_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False, comment="Of the problem"),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_parked_sale__account_id")),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_parked_sale")),
    )
    op.create_index("uq_parked_sale__id", "parked_sale", ["id"], unique=True)
    op.create_index("ix_parked_sale__since", "parked_sale", ["since", "id"], unique=False)
    op.create_index("ix_parked_sale__source", "parked_sale", ["source", "since", "id"], unique=False)
    op.create_index(
        "ix_parked_sale__returns",
        "parked_sale",
        ["source", "returns_external_id"],
        unique=False,
        postgresql_where=sa.text("returns_external_id IS NOT NULL"),
    )
    op.create_table(
        "discarded_sale",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("discarded_at", MOMENT, nullable=False),
        sa.Column("discarded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["discarded_by"], ["account.id"], name=op.f("fk_discarded_sale__discarded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_sale")),
    )
    op.execute(
        "CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON discarded_sale "
        "FOR EACH ROW EXECUTE FUNCTION reject_change()"
    )
    op.create_table(
        "sale_alias",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="By which aliases are compared"),
        sa.Column("variant_id", sa.Uuid(), nullable=True),
        sa.Column("ecp_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('SKU', 'ECP')", name=op.f("ck_sale_alias__kind_known")),
        sa.CheckConstraint("(kind = 'SKU') = (variant_id IS NOT NULL)", name=op.f("ck_sale_alias__sku_of_variant")),
        sa.CheckConstraint("(kind = 'ECP') = (ecp_id IS NOT NULL)", name=op.f("ck_sale_alias__ecp_named")),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_sale_alias__added_by")),
        sa.ForeignKeyConstraint(["ecp_id"], ["ecp.id"], name=op.f("fk_sale_alias__ecp_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_sale_alias__variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_alias")),
    )
    op.create_index("uq_sale_alias__kind_key", "sale_alias", ["kind", "key"], unique=True)
    op.create_index("ix_sale_alias__added_at", "sale_alias", ["added_at", "id"], unique=False)
    op.create_index("ix_sale_alias__ecp_id", "sale_alias", ["ecp_id"], unique=False)
    op.create_table(
        "sale_source",
        sa.Column("key", sa.Text(), nullable=False, comment="By which sources are compared"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sale_source")),
    )
    # A telephone number is an alias too, and personal data.
    op.execute(
        """
        CREATE FUNCTION forget_aliases() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM sale_alias WHERE ecp_id = NEW.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER forget_aliases AFTER UPDATE OF erased_at ON ecp FOR EACH ROW "
        "WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION forget_aliases()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER forget_aliases ON ecp")
    op.execute("DROP FUNCTION forget_aliases()")
    op.drop_table("sale_source")
    op.drop_table("sale_alias")
    op.drop_table("discarded_sale")
    op.drop_table("parked_sale")

"""the ledger

Sales, redemptions, valuations, and the ledgers of points. ECPs and schemes get a number, which names them in tables with
many rows. ADR 34 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APPEND_ONLY = ("points_entry", "redemption", "sale", "sale_line", "sale_return", "valuation")


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("sale_number")))
    op.create_table(
        "points_account",
        sa.Column("ecp", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheme", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("available", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("settling", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("expired", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "lines", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="Of sales and redemptions"
        ),
        sa.Column("last_sold_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_source", sa.Text(), nullable=True),
        sa.Column("last_external_id", sa.Text(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column(
            "revalue_from",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="From where a job values the lines again",
        ),
        sa.PrimaryKeyConstraint("ecp", "scheme", name=op.f("pk_points_account")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "points_entry",
        sa.Column("ecp", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheme", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False, comment="Available points in the scheme"),
        sa.Column(
            "effective_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="The time of the sale, or of the adjustment",
        ),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("debit", sa.SmallInteger(), nullable=False),
        sa.Column("credit", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=True, comment="Of the line of the sale"),
        sa.Column("version", sa.SmallInteger(), nullable=True, comment="Of the valuation"),
        sa.Column("rule", sa.SmallInteger(), nullable=True, comment="0 is the base, n the nth rule of the revision"),
        sa.Column("sale", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.BigInteger(), nullable=True, comment="The sale that caused a difference"),
        sa.Column("reverses", sa.BigInteger(), nullable=True, comment="The seq of the entry that it takes back"),
        sa.Column("adjustment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_points_entry__accounts_differ")),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_entry__points_positive")),
        sa.PrimaryKeyConstraint("ecp", "seq", name=op.f("pk_points_entry")),
    )
    op.create_table(
        "points_ledger",
        sa.Column("ecp", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="Of the last entry"),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Of the last posting; never decreases",
        ),
        sa.PrimaryKeyConstraint("ecp", name=op.f("pk_points_ledger")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "points_pool",
        sa.Column("scheme", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("slice", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rest", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rest >= 0", name=op.f("ck_points_pool__rest_counted")),
        sa.PrimaryKeyConstraint("scheme", "rule_id", "slice", name=op.f("pk_points_pool")),
        postgresql_with={"fillfactor": "20"},
    )
    op.create_table(
        "points_pool_limit",
        sa.Column("scheme", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("owed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("capacity >= 0 AND owed >= 0", name=op.f("ck_points_pool_limit__amounts_counted")),
        sa.PrimaryKeyConstraint("scheme", "rule_id", name=op.f("pk_points_pool_limit")),
    )
    op.create_table(
        "redemption",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sale", sa.BigInteger(), server_default=sa.text("nextval('sale_number')"), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "redeemed_at", postgresql.TIMESTAMP(timezone=True), nullable=False, comment="When the coupon was scanned"
        ),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "serial", name=op.f("pk_redemption")),
    )
    op.create_index("ix_redemption__ecp", "redemption", ["ecp", "redeemed_at", "sale"], unique=False)
    op.create_index("uq_redemption__sale", "redemption", ["sale"], unique=True)
    op.create_table(
        "sale",
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sale", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False, comment="The account that reported it"),
        sa.Column("previous_revision", sa.Integer(), nullable=True, comment="Null of the first one"),
        sa.Column("previous_ecp", sa.Integer(), nullable=True, comment="Where the previous revision is"),
        sa.Column("previous_sold_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ecp", "sold_at", "sale", "revision", name=op.f("pk_sale")),
    )
    op.create_table(
        "sale_key",
        sa.Column("number", sa.BigInteger(), server_default=sa.text("nextval('sale_number')"), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False, comment="The number of the ECP"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="Of the content of the current revision"),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="As the source reported it, instead of a revision",
        ),
        sa.Column("returns", sa.BigInteger(), nullable=True, comment="The number of the sale that it returns"),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_sale_key")),
    )
    op.create_index("uq_sale_key__number", "sale_key", ["number"], unique=True)
    op.create_table(
        "sale_line",
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sale", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_line__quantity_positive")),
        sa.PrimaryKeyConstraint("ecp", "sold_at", "sale", "revision", "position", name=op.f("pk_sale_line")),
    )
    op.create_table(
        "sale_return",
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sale", sa.BigInteger(), nullable=False),
        sa.Column("returning_sale", sa.BigInteger(), nullable=False),
        sa.Column("returning_revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="Of the line of the returning sale"),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False, comment="As the return said"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_return__quantity_positive")),
        sa.PrimaryKeyConstraint(
            "ecp", "sold_at", "sale", "returning_sale", "returning_revision", "position", name=op.f("pk_sale_return")
        ),
    )
    op.create_table(
        "valuation",
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Integer(), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sale", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False, comment="Of the scheme"),
        sa.Column("entries", sa.SmallInteger(), nullable=False, comment="How many entries it posted, from `seq` on"),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("bonus", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Of its first entry"),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("cause", sa.BigInteger(), nullable=True, comment="The sale that caused it, unless it is its own"),
        sa.Column("facts", sa.LargeBinary(), nullable=False, comment="What decided, as msgpack"),
        sa.PrimaryKeyConstraint("ecp", "scheme", "sold_at", "sale", "position", "version", name=op.f("pk_valuation")),
    )
    op.add_column(
        "ecp",
        sa.Column(
            "number",
            sa.Integer(),
            sa.Identity(always=False),
            nullable=False,
            comment="Names the ECP in sales and in the ledger",
        ),
    )
    op.create_index("uq_ecp__number", "ecp", ["number"], unique=True)
    op.add_column(
        "scheme",
        sa.Column(
            "number", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Names the scheme in the ledger"
        ),
    )
    op.create_index("uq_scheme__number", "scheme", ["number"], unique=True)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION reject_change()"
        )


def downgrade() -> None:
    op.drop_index("uq_scheme__number", table_name="scheme")
    op.drop_column("scheme", "number")
    op.drop_index("uq_ecp__number", table_name="ecp")
    op.drop_column("ecp", "number")
    op.drop_table("valuation")
    op.drop_table("sale_return")
    op.drop_table("sale_line")
    op.drop_index("uq_sale_key__number", table_name="sale_key")
    op.drop_table("sale_key")
    op.drop_table("sale")
    op.drop_index("uq_redemption__sale", table_name="redemption")
    op.drop_index("ix_redemption__ecp", table_name="redemption")
    op.drop_table("redemption")
    op.drop_table("points_pool_limit")
    op.drop_table("points_pool")
    op.drop_table("points_ledger")
    op.drop_table("points_entry")
    op.drop_table("points_account")
    op.execute(sa.schema.DropSequence(sa.Sequence("sale_number")))

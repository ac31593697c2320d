"""catalog

Categories get ids, and tiers, geographies, and products have versions. Stored rules name categories by id from here on,
and the hashes of contents follow. ADR 19 says why.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.text_columns import words_vector
from domain.text import text_key, trim_text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FIRST_VERSIONS = (
    "INSERT INTO tier_version SELECT id, '-infinity', rank FROM tier",
    "INSERT INTO geography_version SELECT id, '-infinity', level, parent_id FROM geography",
    "INSERT INTO product_version SELECT id, '-infinity', category_id FROM product",
)
# The documents that contain conditions of rules: table, column of the document, and the columns that identify a row.
DOCUMENTS = (
    ("bonus_rule", "document", ("scheme_id", "id")),
    ("scheme_submission", "content", ("scheme_id", "number")),
    ("scheme_revision", "content", ("scheme_id", "number")),
    ("scheme_activity", "changes", ("id",)),
)
# The fields of contents and rules in the order in which they are hashed. No two structures disagree about it.
FIELDS = (
    *(
        "basics",
        "kind",
        "id",
        "title",
        "name",
        "channels",
        "description",
        "enrollment_opens_on",
        "enrollment_closes_on",
    ),
    *("starts_on", "ends_on", "terms_markdown", "budget", "materials", "url"),
    *("condition", "conditions", "reward", "limits", "priority", "exclusive_group"),
    *("tier_ids", "channel", "measure", "period", "at_least", "at_most", "activity", "times", "within_days", "days"),
    *("from_date", "to_date", "weekdays", "from_time", "to_time"),
    *("points", "percent", "factor", "slabs", "from_quantity", "points_per_unit"),
    *("points_per_ecp", "points_per_ecp_per_month", "points_in_total", "times_per_ecp"),
    *("variant_id", "variant_ids", "product_ids", "categories", "category_ids", "geography_ids"),
    *("base_points", "planned_quantity", "coupon_values", "rules"),
)
_PLACES = {name: place for place, name in enumerate(FIELDS)}
BASICS = (
    *("title", "earning_channels", "description", "enrollment_opens_on", "enrollment_closes_on", "starts_on"),
    *("ends_on", "terms_markdown", "budget", "materials::text"),
)


def upgrade() -> None:
    """Add the tables, give each name of a category an id, and rewrite the rules."""
    _create_category()
    bind = op.get_bind()
    names = {name for (name,) in bind.execute(sa.text("SELECT DISTINCT category FROM product"))}
    named = {name for _, _, document in _documents(bind) for name in _categories(document, "categories")}
    ids = _add_categories(bind, names, named)
    _link_products(bind, ids)
    _rewrite(bind, "categories", "category_ids", lambda name: str(ids[name]))
    _create_versions()
    op.create_index("ix_bonus_rule__document", "bonus_rule", ["document"], postgresql_using="gin")


def downgrade() -> None:
    """Undo `upgrade`: rules name the categories as they are called now."""
    op.drop_index("ix_bonus_rule__document", table_name="bonus_rule")
    bind = op.get_bind()
    names = {str(key): name for key, name in bind.execute(sa.text("SELECT id, name FROM category"))}
    _rewrite(bind, "category_ids", "categories", lambda key: names[key])
    for table in ("product_version", "geography_version", "tier_version"):
        op.drop_table(table)
    op.drop_constraint(op.f("fk_product__category_id_category"), "product", type_="foreignkey")
    op.drop_index("ix_product__category_id_sort_name", table_name="product")
    op.create_index("ix_product__category_sort_name", "product", ["category", "sort_name", "id"])
    op.drop_column("product", "category_id")
    op.drop_table("category")


def _create_category() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
    )
    op.create_index("uq_category__name_key", "category", ["name_key"], unique=True)
    op.create_index("uq_category__id_name", "category", ["id", "name"], unique=True)


def _add_categories(bind: sa.Connection, names: Collection[str], named: Collection[str]) -> dict[str, UUID]:
    """Add the categories of products and those that rules name, and return their ids by name.

    Names that differ only in case or spacing become one category, unless a rule names one of them: rules that were
    approved tell them apart. Then all but the one of most products get a number.
    """
    rows = bind.execute(sa.text("SELECT category, count(*) FROM product GROUP BY category"))
    products = {str(row[0]): int(row[1]) for row in rows}
    ids: dict[str, UUID] = {}
    taken: dict[str, UUID] = {}
    told_apart = {text_key(name) for name in named}
    for name in sorted({*names, *named}, key=lambda name: (-products.get(name, 0), name)):
        label, number = trim_text(name), 1
        while text_key(label) in taken and text_key(name) in told_apart:
            number += 1
            label = f"{trim_text(name)} ({number})"
        ids[name] = taken.setdefault(text_key(label), uuid4())
        values = {"id": ids[name], "name": label, "key": text_key(label)}
        added = "INSERT INTO category (id, name, name_key) VALUES (:id, :name, :key) ON CONFLICT DO NOTHING"
        bind.execute(sa.text(added), values)
    return ids


def _link_products(bind: sa.Connection, ids: Mapping[str, UUID]) -> None:
    op.add_column("product", sa.Column("category_id", sa.Uuid(), nullable=True))
    for name, key in ids.items():
        link = "UPDATE product SET category_id = :key WHERE category = :name"
        bind.execute(sa.text(link), {"key": key, "name": name})
    _rename_categories(bind)
    op.alter_column("product", "category_id", nullable=False)
    op.drop_index("ix_product__category_sort_name", table_name="product")
    op.create_index("ix_product__category_id_sort_name", "product", ["category_id", "sort_name", "id"])
    op.create_foreign_key(
        op.f("fk_product__category_id_category"),
        "product",
        "category",
        ["category_id", "category"],
        ["id", "name"],
        onupdate="CASCADE",
    )


def _rename_categories(bind: sa.Connection) -> None:
    """Give products the names of their categories where these differ, and the words that searches find them by."""
    renamed = (
        "SELECT product.id, product.name, category.name, brand FROM product JOIN category ON category.id = category_id "
        "WHERE category <> category.name"
    )
    change = "UPDATE product SET category = :category, search_words = CAST(:words AS tsvector) WHERE id = :id"
    for key, name, category, brand in bind.execute(sa.text(renamed)).all():
        values = {"id": key, "category": category, "words": words_vector(name, category, brand)}
        bind.execute(sa.text(change), values)


def _create_versions() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    for name, kept in (
        ("tier", (sa.Column("rank", sa.Integer(), nullable=False),)),
        (
            "geography",
            (
                sa.Column("level", sa.Text(), nullable=False),
                sa.Column("parent_id", sa.Uuid(), nullable=True),
                sa.CheckConstraint(
                    "level IN ('COUNTRY', 'REGION', 'CITY')", name=op.f("ck_geography_version__level_known")
                ),
                sa.ForeignKeyConstraint(["parent_id"], ["geography.id"], name=op.f("fk_geography_version__parent_id")),
            ),
        ),
        (
            "product",
            (
                sa.Column("category_id", sa.Uuid(), nullable=False),
                sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_product_version__category_id")),
            ),
        ),
    ):
        table, key = f"{name}_version", f"{name}_id"
        op.create_table(
            table,
            sa.Column(key, sa.Uuid(), nullable=False),
            sa.Column("valid_from", moment, nullable=False),
            *kept,
            sa.ForeignKeyConstraint([key], [f"{name}.id"], name=op.f(f"fk_{table}__{key}"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint(key, "valid_from", name=op.f(f"pk_{table}")),
        )
    for statement in FIRST_VERSIONS:
        op.execute(statement)


def _rewrite(bind: sa.Connection, field: str, renamed: str, replace: Callable[[str], str]) -> None:
    """Replace the categories in all documents, and the hashes of the contents that change."""
    drafts = _draft_hashes(bind)
    for (table, column, keys), key, document in _documents(bind):
        if not any(True for _ in _categories(document, field)):
            continue
        changed = _replaced(document, field, renamed, replace)
        where = " AND ".join(f"{name} = :{name}" for name in keys)
        values = {**key, "document": msgspec.json.encode(changed).decode()}
        assignments = [f"{column} = CAST(:document AS jsonb)"]
        if column == "content":
            before, after = _hash(document), _hash(changed)
            assignments.append("content_hash = CASE content_hash WHEN :before THEN :after ELSE content_hash END")
            values |= {"before": before, "after": after}
        bind.execute(sa.text(f"UPDATE {table} SET {', '.join(assignments)} WHERE {where}"), values)  # noqa: S608 - ours
    for scheme_id, after in _draft_hashes(bind).items():
        values = {"id": scheme_id, "before": drafts[scheme_id], "after": after}
        bind.execute(
            sa.text("UPDATE scheme SET content_hash = :after WHERE id = :id AND content_hash = :before"), values
        )


def _documents(bind: sa.Connection) -> Iterator[tuple[tuple[str, str, tuple[str, ...]], dict[str, Any], Any]]:
    """Every document that mentions a product clause, with its table and key."""
    for place in DOCUMENTS:
        table, column, keys = place
        rows = bind.execute(
            sa.text(
                f"SELECT {', '.join(keys)}, {column}::text FROM {table} "  # noqa: S608 - ours
                f"WHERE {column}::text LIKE '%\"product\"%'"
            )
        ).all()
        for *key, document in rows:
            yield place, dict(zip(keys, key, strict=True)), msgspec.json.decode(document)


def _categories(document: Any, field: str) -> Iterator[str]:
    """The categories in every product clause of a document."""
    pending = [document]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            if one.get("kind") == "product":
                yield from one.get(field, ())
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _replaced(document: Any, field: str, renamed: str, replace: Callable[[str], str]) -> Any:
    if isinstance(document, list):
        return [_replaced(one, field, renamed, replace) for one in document]
    if not isinstance(document, dict):
        return document
    copy = {name: _replaced(value, field, renamed, replace) for name, value in document.items()}
    if document.get("kind") == "product" and field in copy:
        copy[renamed] = [replace(one) for one in copy.pop(field)]
    return copy


def _draft_hashes(bind: sa.Connection) -> dict[UUID, str]:
    """The hash of each scheme with a rule about products, by what its tables hold now."""
    rules: dict[UUID, list[Any]] = defaultdict(list)
    ordered = "SELECT scheme_id, document::text FROM bonus_rule ORDER BY scheme_id, position"
    for scheme_id, document in bind.execute(sa.text(ordered)):
        rules[scheme_id].append(msgspec.json.decode(document))
    concerned = {key for key, found in rules.items() if any(_is_about_products(rule) for rule in found)}
    return {key: _hash(_content(bind, key, rules[key])) for key in concerned}


def _is_about_products(rule: Any) -> bool:
    return any(True for field in ("categories", "category_ids") for _ in _categories(rule, field))


def _content(bind: sa.Connection, scheme_id: UUID, rules: list[Any]) -> dict[str, Any]:
    """The content of a scheme out of its tables, as it is hashed."""
    chosen = {"id": scheme_id}
    (scheme,) = bind.execute(sa.text(f"SELECT {', '.join(BASICS)} FROM scheme WHERE id = :id"), chosen)  # noqa: S608
    basics = dict(zip(BASICS, scheme, strict=True))
    basics["materials"] = msgspec.json.decode(basics.pop("materials::text"))
    basics["channels"] = sorted(basics.pop("earning_channels"))
    variants = bind.execute(
        sa.text(
            "SELECT variant_id, base_points, planned_quantity FROM scheme_variant WHERE scheme_id = :id "
            "ORDER BY variant_id"
        ),
        chosen,
    ).all()
    places = bind.execute(
        sa.text("SELECT geography_id FROM scheme_geography WHERE scheme_id = :id ORDER BY geography_id"), chosen
    )
    return {
        "basics": basics,
        "variant_ids": [key for key, _, _ in variants],
        "geography_ids": [key for (key,) in places],
        "coupon_values": [
            {"variant_id": key, "base_points": points, "planned_quantity": quantity}
            for key, points, quantity in variants
            if points is not None
        ],
        "rules": rules,
    }


def _hash(content: Any) -> str:
    return f"sha256:{hashlib.sha256(msgspec.json.encode(_ordered(content))).hexdigest()}"


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _ordered(value[name]) for name in sorted(value, key=_PLACES.__getitem__)}

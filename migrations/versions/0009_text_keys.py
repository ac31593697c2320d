"""text keys

Texts are compared, sorted and searched by columns that Python makes: `lower()` is not case folding, sorts "Z" before
"ä", and cuts words of Indian scripts. Where two rows have the same key now, the older one keeps it and the other one
has none: nothing is lost or renamed, and the next change of that row asks for another text.

The functions come from the code on purpose: a release that changes them makes all keys again, by a migration of its own.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.text_columns import words_vector
from domain.collation import sort_key
from domain.text import text_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 5_000
PLACES = ("geography_id", "region_id", "country_id")
# What search columns were generated from, and what sort columns were, by table.
SEARCHED = {
    "account": ("display_name", "email"),
    "ecp": ("code", "display_name", "practice"),
    "geography": ("code", "name"),
    "product": ("name", "category", "brand"),
    "scheme": ("code", "title"),
    "variant": ("sku", "name"),
    "vendor": ("code", "name", "city"),
}
SORTED = {
    "account": ("sort_name", "display_name"),
    "ecp": ("sort_name", "display_name"),
    "geography": ("sort_name", "name"),
    "product": ("sort_name", "name"),
    "scheme": ("sort_title", "title"),
    "vendor": ("sort_name", "name"),
}
# The columns that were generated until now.
GENERATED = {"ecp": ("sort_name", "display_name"), "scheme": ("sort_title", "title")}


class Keyed(NamedTuple):
    """A text whose key is unique, alone or beside another column, and the unique index that it had."""

    table: str
    text: str
    beside: tuple[str, ...]
    before: str
    was: tuple[Any, ...]

    @property
    def key(self) -> str:
        """The column of the key."""
        return f"{self.text}_key"


KEYED = (
    Keyed("account", "email", (), "uq_account__email", (sa.literal_column("lower(email)"),)),
    Keyed("ecp", "email", (), "uq_ecp__email", (sa.literal_column("lower(email)"),)),
    Keyed("product", "name", (), "uq_product__name", ("name",)),
    Keyed("ecp_activity", "source", ("external_id",), "uq_ecp_activity__source_external_id", ("source", "external_id")),
)
# Indexes that sort by name: the table, the columns before the sort column and those after it.
SORTING = (
    ("account", (), ("id",)),
    ("ecp", (), ("id", "tier_id", "status")),
    *(("ecp", (place,), ("id", "tier_id", "status")) for place in PLACES),
    ("geography", (), ("id",)),
    ("product", (), ("id",)),
    ("product", ("category",), ("id",)),
    ("scheme", (), ("id",)),
    ("vendor", (), ("id",)),
)
# Those that sorted by the text itself.
SORTED_BEFORE = {
    ("account", ()): "display_name",
    ("geography", ()): "name",
    ("product", ("category",)): "name",
    ("vendor", ()): "name",
}
# Texts are stored composed from now on. Those with a unique key stay, because the index of before could find two of them
# equal after a downgrade; so do those of schemes, because hashes of their content are signed off.
COMPOSED = {
    "account": ("display_name",),
    "ecp": ("display_name", "practice"),
    "geography": ("name",),
    "product": ("brand",),
    "tier": ("name",),
    "variant": ("name",),
    "vendor": ("name", "city"),
}


def upgrade() -> None:
    """Replace generated columns by columns that code fills, and fill them."""
    _replace_columns()
    for table in dict.fromkeys((*SEARCHED, *(keyed.table for keyed in KEYED))):
        _fill(table)
    for keyed in KEYED:
        _settle(keyed)
    for table, texts in COMPOSED.items():
        for text in texts:
            _compose(table, text)
    _require_columns()
    _create_indexes()
    op.create_check_constraint(op.f("ck_ecp__email_key_of_email"), "ecp", "email IS NOT NULL OR email_key IS NULL")


def downgrade() -> None:
    """Undo `upgrade`. Composed texts stay composed."""
    op.drop_constraint(op.f("ck_ecp__email_key_of_email"), "ecp", type_="check")
    for keyed in KEYED:
        op.drop_column(keyed.table, keyed.key)
        op.create_index(keyed.before, keyed.table, list(keyed.was), unique=True)
    for table, (column, text) in SORTED.items():
        op.drop_column(table, column)
        if table in GENERATED:
            op.add_column(
                table,
                sa.Column(
                    column,
                    sa.Text(),
                    sa.Computed(f"lower({text})", persisted=True),
                    nullable=False,
                    comment=f"What {'titles' if text == 'title' else 'names'} are sorted by, whatever their case",
                ),
            )
    for table, prefix, suffix in SORTING:
        if name := _index_before(table, prefix):
            column = SORTED_BEFORE.get((table, prefix), SORTED[table][0])
            op.create_index(name, table, [*prefix, column, *suffix])
    for table, sources in SEARCHED.items():
        op.drop_column(table, "search_words")
        joined = " || ' ' || ".join(f"coalesce({source}, '')" for source in sources)
        words = f"to_tsvector('simple', regexp_replace(lower({joined}), '[^[:alnum:]]+', ' ', 'g'))"
        generated = sa.Computed(words, persisted=True)
        op.add_column(table, sa.Column("search_words", postgresql.TSVECTOR(), generated, nullable=False))
        op.create_index(f"ix_{table}__search_words", table, ["search_words"], postgresql_using="gin")


def _replace_columns() -> None:
    """Drop what PostgreSQL made, with its indexes, and add empty columns."""
    for table in SEARCHED:
        op.drop_column(table, "search_words")
        op.add_column(table, sa.Column("search_words", postgresql.TSVECTOR(), nullable=True))
    for table, prefix, _ in SORTING:
        if name := _index_before(table, prefix):
            op.drop_index(name, table_name=table)
    for table, (column, _) in SORTED.items():
        if table in GENERATED:
            op.drop_column(table, column)
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))
    for keyed in KEYED:
        op.drop_index(keyed.before, table_name=keyed.table)
        op.add_column(keyed.table, sa.Column(keyed.key, sa.Text(), nullable=True))


def _require_columns() -> None:
    for table in SEARCHED:
        op.alter_column(table, "search_words", nullable=False)
    for table, (column, _) in SORTED.items():
        op.alter_column(table, column, nullable=False)


def _create_indexes() -> None:
    for table in SEARCHED:
        op.create_index(f"ix_{table}__search_words", table, ["search_words"], postgresql_using="gin")
    for table, prefix, suffix in SORTING:
        column, _ = SORTED[table]
        op.create_index(_index_name(table, (*prefix, column)), table, [*prefix, column, *suffix])
    for keyed in KEYED:
        columns = (keyed.key, *keyed.beside)
        op.create_index(f"uq_{keyed.table}__{'_'.join(columns)}", keyed.table, list(columns), unique=True)


def _index_name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}__{'_'.join(columns)}"


def _index_before(table: str, prefix: tuple[str, ...]) -> str | None:
    """The name of the index that this sorting had before; None where there was none."""
    column = SORTED_BEFORE.get((table, prefix), SORTED[table][0] if table in GENERATED else None)
    return None if column is None else _index_name(table, (*prefix, column))


def _made_columns(table: str) -> dict[str, tuple[str, tuple[str, ...], Callable[..., Any]]]:
    """The columns that are filled: the type of PostgreSQL, what they are made of, and how."""
    made: dict[str, tuple[str, tuple[str, ...], Callable[..., Any]]] = {}
    for keyed in KEYED:
        if keyed.table == table:
            made[keyed.key] = ("text", (keyed.text,), _key)
    if table in SORTED:
        column, text = SORTED[table]
        made[column] = ("bytea", (text,), sort_key)
    if table in SEARCHED:
        made["search_words"] = ("tsvector", SEARCHED[table], words_vector)
    return made


def _key(text: str | None) -> str | None:
    return None if text is None else text_key(text)


def _fill(table: str) -> None:
    """Fill the columns of a table, some thousands of rows at a time."""
    connection = op.get_bind()
    made = _made_columns(table)
    sources = sorted({source for _, of, _ in made.values() for source in of})
    key_type = "bigint" if table == "ecp_activity" else "uuid"
    names = ", ".join(made)
    # Arrays of texts: a driver knows no arrays of tsvector.
    arrays = ", ".join(
        f"CAST(:{name} AS {'bytea' if kind == 'bytea' else 'text'}[])" for name, (kind, *_) in made.items()
    )
    cast = ", ".join(f"CAST(given.{name} AS {kind})" for name, (kind, *_) in made.items())
    update = sa.text(
        f"UPDATE {table} SET ({names}) = ROW({cast}) FROM unnest(CAST(:ids AS {key_type}[]), {arrays}) "  # noqa: S608
        f"AS given(id, {names}) WHERE {table}.id = given.id"
    )
    select = f"SELECT id, {', '.join(sources)} FROM {table} {{after}} ORDER BY id LIMIT {BATCH}"  # noqa: S608
    rows = connection.execute(sa.text(select.format(after=""))).mappings().all()
    while rows:
        values = {name: [make(*(row[source] for source in of)) for row in rows] for name, (_, of, make) in made.items()}
        connection.execute(update, {"ids": [row["id"] for row in rows], **values})
        after = sa.text(select.format(after=f"WHERE id > CAST(:last AS {key_type})"))
        rows = connection.execute(after, {"last": rows[-1]["id"]}).mappings().all()


def _settle(keyed: Keyed) -> None:
    """Leave a key to the oldest row of those that have it: ids begin with the time at which they were made."""
    columns = ", ".join((keyed.key, *keyed.beside))
    op.execute(
        f"UPDATE {keyed.table} SET {keyed.key} = NULL FROM (SELECT id, row_number() OVER (PARTITION BY {columns} "  # noqa: S608
        f"ORDER BY id) AS place FROM {keyed.table} WHERE {keyed.key} IS NOT NULL) AS found "
        f"WHERE {keyed.table}.id = found.id AND found.place > 1"
    )


def _compose(table: str, text: str) -> None:
    op.execute(f"UPDATE {table} SET {text} = normalize({text}, NFC) WHERE {text} IS NOT NFC NORMALIZED")  # noqa: S608

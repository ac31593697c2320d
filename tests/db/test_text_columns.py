"""Columns that code makes of texts: none is forgotten when their texts are written."""

import pytest

from db.accounts.tables import AccountTable
from db.catalog.tables import ProductTable
from db.ecps.tables import EcpTable
from db.metadata import METADATA
from db.text_columns import text_columns, with_text_columns, words_vector
from domain.collation import sort_key

MADE = {
    "account": {"email_key", "sort_name", "search_words"},
    "category": {"name_key"},
    "ecp": {"email_key", "sort_name", "search_words"},
    "ecp_activity": {"source_key"},
    "geography": {"sort_name", "search_words"},
    # What was reported, as aliases are compared; resolvers fill them.
    "parked_sale": {"ecp_key"},
    "sales_import_row": {"ecp_key"},
    "product": {"name_key", "sort_name", "search_words"},
    "scheme": {"sort_title", "search_words"},
    "variant": {"search_words"},
    "vendor": {"sort_name", "search_words"},
}


def test_texts_bring_their_columns() -> None:
    given = {"display_name": " José  Rao", "email": "JOSÉ@x.org", "vendor_id": None}
    assert with_text_columns(AccountTable, given) == {
        **given,
        "email_key": "josé@x.org",
        "sort_name": sort_key(" José  Rao"),
        "search_words": "'jose' 'rao' 'x' 'org'",
    }
    assert with_text_columns(AccountTable, {"display_name": "A", "email": None})["email_key"] is None


def test_other_columns_bring_nothing() -> None:
    assert with_text_columns(EcpTable, {"status": "ACTIVE"}) == {"status": "ACTIVE"}


def test_a_text_without_the_others_of_its_column_is_an_error() -> None:
    given = {"display_name": "Asha", "practice": None}
    with pytest.raises(TypeError, match="search_words is also made of code: give the value that the row has"):
        with_text_columns(EcpTable, given)
    found = with_text_columns(EcpTable, given, code="ECP-1")
    assert found["search_words"] == "'ecp' '1' 'asha'"
    assert "code" not in found


def test_words_are_written_as_postgresql_reads_them() -> None:
    assert words_vector("O'Brien \\ 'x'", None, "ÉTÉ") == "'o' 'brien' 'x' 'ete'"
    assert words_vector(None, "%") == ""


def test_every_such_column_is_declared() -> None:
    """Columns with these names in other tables would be filled by nobody."""
    found = {
        table.name: {column.name for column in table.columns if column.name.endswith("_key") or "sort_" in column.name}
        | ({"search_words"} & set(table.columns.keys()))
        for table in METADATA.sorted_tables
    }
    assert {name: columns for name, columns in found.items() if columns} == MADE
    assert set(text_columns(ProductTable)) == MADE["product"]

"""Search by prefixes of words, in any script."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.catalog.changes import put_rows
from db.catalog.pages import vendor_page
from db.catalog.rows import VendorRow
from db.database import Database
from db.search import words_of
from tests.support.world import BEGINNING

NAMES = {
    "A-1": "Crème & Söhne",
    "A-2": "O'Brien's (Print)",
    "B_3": "Straße des 17. Juni",
    "C/4": "मुंबई प्रिंट",
    "D.5": "İstanbul Print Works",
    "E-6": "北京 印刷",
    "F-7": "Ilgaz & A\u030angstro\u0308m",
    "G-8": "தமிழ் அச்சகம்",
}
SEARCH = vendor_page(searched=True, of_kind=False, backward=False, resumed=False)


@pytest.mark.parametrize("text", [None, "", "  \t"])
def test_a_blank_text_is_no_search(text: str | None) -> None:
    """It lists everything: people have emptied the field."""
    assert words_of(text) is None


@pytest.mark.parametrize("text", ["-_/", "'", "%", "🎉", "\u200d", "\u0301", "\u094d"])
async def test_a_search_without_letters_and_digits_finds_nothing(vendors: Database, text: str) -> None:
    assert words_of(text) is not None
    assert await search(vendors, text) == []


@pytest.fixture
async def vendors(database: Database) -> Database:
    """Vendors with names from everywhere."""
    async with database.writing() as session:
        rows = [
            VendorRow(id=UUID(int=n), code=code, name=name, kind="PRINTER", city=None)
            for n, (code, name) in enumerate(NAMES.items(), start=1)
        ]
        await put_rows(session, rows, BEGINNING)
    return database


async def search(database: Database, text: str) -> list[str]:
    """The codes of what is found."""
    reading = database.reading()
    try:
        return sorted(row.code for row in await reading.fetch(SEARCH, words=words_of(text), limit=10))
    finally:
        await reading.close()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a", ["A-1", "A-2", "F-7"]),
        ("a 2", ["A-2"]),
        ("A-2", ["A-2"]),
        ("b_3", ["B_3"]),
        ("c/4", ["C/4"]),
        ("CRÈME", ["A-1"]),
        ("söh crè", ["A-1"]),
        ("O'Brien", ["A-2"]),
        ("print", ["A-2", "D.5"]),
        ("a:* | !b & (c) <-> \\\\ '", []),
        ("rien", []),
        ("straße", ["B_3"]),
        ("17. jun", ["B_3"]),
        ("मुं", ["C/4"]),
        ("प्रिंट", ["C/4"]),
        ("北京", ["E-6"]),
        ("istanbul", ["D.5"]),
        ("İstanbul", ["D.5"]),
        ("ISTANBUL", ["D.5"]),
        ("creme", ["A-1"]),
        ("CRE\u0300ME", ["A-1"]),
        ("sohne", ["A-1"]),
        ("strasse", ["B_3"]),
        ("STRASSE", ["B_3"]),
        ("\u0131lgaz", ["F-7"]),
        ("\u212bngström", ["F-7"]),
        ("angstr", ["F-7"]),
        ("मुम्बई", []),
        ("ब", []),
        ("रिंट", []),
        ("प्\u200dरिंट", ["C/4"]),
        ("தமிழ்", ["G-8"]),
        ("அச்", ["G-8"]),
        ("சகம்", []),
    ],
)
async def test_searches_find_the_intended_vendors(vendors: Database, text: str, codes: list[str]) -> None:
    """In every script, by any part of a code, whatever the case."""
    assert await search(vendors, text) == codes


@given(text=st.text(max_size=12).filter(lambda text: "\0" not in text))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_no_search_is_a_syntax_error(vendors: Database, text: str) -> None:
    """Every text has a result."""
    if words_of(text) is not None:
        assert set(await search(vendors, text)) <= set(NAMES)

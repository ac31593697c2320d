"""Values of files are read once if they are short; long ones take no memory (R20, N2)."""

from domain.imports import values
from domain.imports.values import read_line, read_price


def test_only_short_texts_are_remembered() -> None:
    """A cell has up to 65,536 characters, and 20,000 of them would take a gigabyte."""
    values._read_short_line.cache_clear()  # noqa: SLF001 - how many there are
    values._read_short_price.cache_clear()  # noqa: SLF001 - as above
    assert read_line("A" * 65_000, "1", "12.50", "INR") == ("The SKU has 65,000 characters; at most 120 are allowed.")
    assert read_line("A", "1", "9" * 65_000, "INR") == read_line("A", "1", "x", "INR")
    assert read_price("9" * 65_000) == read_price("x")
    sizes = values._read_short_line.cache_info().currsize, values._read_short_price.cache_info().currsize  # noqa: SLF001
    assert sizes == (1, 2)

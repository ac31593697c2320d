"""The documents point at what exists: every relative link leads to a file, and every path in code font is one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
PATH = re.compile(r"`((?:domain|db|resolvers|schema|graphql_api|tests|migrations|benchmarks|operations|docs)/[\w./]+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_lead_to_files(document: Path) -> None:
    assert [place for place, target in targets(document) if not target.exists()] == []


def targets(document: Path) -> Iterator[tuple[str, Path]]:
    """Each link and each path of a document, as it is written and as a file."""
    text = document.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        yield link, document.parent / link
    for path in PATH.findall(text):
        yield path, ROOT / path

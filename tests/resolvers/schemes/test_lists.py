"""Lists of schemes keep their order for any title."""

from domain.schemes.facts import SchemeOrder
from resolvers.paging import PageArguments, encode_page_cursor
from resolvers.schemes.lists import SchemeFilter, list_schemes
from tests.support.factories.schemes import SchemeFactory


async def test_titles_are_paged_in_the_order_of_the_database(factory: SchemeFactory) -> None:
    """A cursor holds the sort key of the database, which may differ from Python's lower case."""
    titles = ["İstanbul Spring", "istanbul autumn", "istanbul winter", "ΟΔΟΣ", "οδος zeta", "Zürich", "ÄRGER"]
    for title in titles:
        await factory.created(title)
    seen: list[str] = []
    after = None
    while True:
        operation = factory.operation()
        arguments = PageArguments(first=1, after=after)
        page = await list_schemes(operation, arguments, SchemeFilter(), SchemeOrder.TITLE_ASC)
        await operation.close()
        seen += [row.title for row in page.nodes]
        if not page.has_next or len(seen) > len(titles):
            break
        after = encode_page_cursor(page.sort, page.nodes[-1])
    assert sorted(seen) == sorted(titles)

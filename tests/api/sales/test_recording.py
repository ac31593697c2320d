"""Connected systems report sales. Each is recorded once, however often it is reported (R20)."""

from tests.support.sales import Till, line, returning, sale
from tests.support.unchanged import nothing_changes


async def test_a_sale_is_recorded_once(till: Till, database_url: str) -> None:
    """R20: sending it again changes nothing, also written otherwise."""
    assert await till.outcomes(sale(), sale("s-2", line("LENS-1"))) == ["RECORDED", "RECORDED"]
    async with nothing_changes(database_url):
        assert await till.outcomes(sale(), sale("s-2", line("LENS-1"))) == ["DUPLICATE", "DUPLICATE"]
        same = sale(
            " s-1 ",
            line("amb-1l ", unitPrice="12.5"),
            ecpCode=" ecp-2026-000001",
            soldAt="2026-03-01T15:00:00+05:30",
        )
        assert await till.outcomes(same, source=" Till ") == ["DUPLICATE"]


async def test_revisions(till: Till) -> None:
    assert await till.outcomes(sale(revision=2)) == ["RECORDED"]
    assert await till.outcomes(sale("s-1", line(quantity=5), revision=3)) == ["CORRECTED"]
    assert await till.outcomes(sale(revision=2)) == ["DUPLICATE"]
    assert await till.outcomes(sale(revision=3)) == ["CONFLICT"]
    assert await till.outcomes(returning("r-1", "s-1")) == ["RECORDED"]
    assert await till.outcomes(returning("r-2", "s-1", line(quantity=-5))) == ["REJECTED"]
    assert await till.outcomes(returning("r-3", "s-9")) == ["PARKED"]
    assert await till.outcomes(sale("s-9")) == ["RECORDED"]
    assert await till.outcomes(returning("r-3", "s-9")) == ["DUPLICATE"]

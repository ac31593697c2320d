"""Why a line earns nothing, with the names of the ECP and the scheme (R21)."""

from domain.points.obstacles import EarningObstacle


def test_every_obstacle_names_whom_or_what_it_is_about() -> None:
    """R21: the ECP as a report named it, or the scheme."""
    found = {obstacle: obstacle.describe("“Dealer 7”", "“Monsoon Care”") for obstacle in EarningObstacle}
    assert all("“Dealer 7”" in sentence or "“Monsoon Care”" in sentence for sentence in found.values())
    assert len(set(found.values())) == len(EarningObstacle)
    assert found[EarningObstacle.NEVER_ENROLLED] == (
        "“Dealer 7” was not enrolled in “Monsoon Care” at the time of the sale."
    )

"""Sales that are posted in memory by the fold of the ledger, one call after another: slow, and plainly right."""

from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from domain.points.fold import FoldLine, KnownValue, LineValue, fold
from domain.points.pools import SchemePools
from domain.simulations.arrivals import Arrival, Changes, list_arrivals
from domain.simulations.explaining import fold_lines
from domain.simulations.records import LineRecord, Piece
from domain.simulations.slices import SLICES, SlicedPools
from domain.simulations.stage import Earner, Stage

Key = tuple[int, int]


class PostedAccount:
    """The lines of an ECP that count, and what they are worth."""

    def __init__(self, stage: Stage, earner: Earner) -> None:
        self._stage = stage
        self._earner = earner
        self.lines: dict[Key, LineRecord] = {}
        self.values: dict[Key, LineValue] = {}
        self._new: dict[Key, LineValue] = {}
        self._due: dict[Key, FoldLine] = {}

    def change(self, arrivals: list[Arrival]) -> None:
        """Put new lines in their places, and take away those that are gone."""
        touched: set[Key] = set()
        for one in arrivals:
            there = [key for key in self.lines if key[0] == one.order]
            for key in there:
                self.lines[key] = self.lines[key]._replace(quantity=0)
            self.lines.update({(one.order, line.position): line for line in one.lines})
            touched |= {*there, *((one.order, line.position) for line in one.lines)}
        self.lines = dict(sorted(self.lines.items()))
        folded = fold_lines(self._stage, self._earner, list(self.lines.values()))
        self._due = {}
        for key, line in zip(self.lines, folded, strict=True):
            known = self.values.get(key)
            stored = None if known is None else KnownValue(1, 1, known.base, facts=known.facts)
            fresh = line.fresh if stored is None or key in touched else None
            self._due[key] = replace(line, known=stored, fresh=fresh, counts_only=key[0] < arrivals[0].order)

    def fold(self, pools: SchemePools) -> None:
        """Fold all lines."""
        values = fold(self._due.values(), self._stage.begin(), pools)
        self._new = dict(zip([key for key, line in self._due.items() if not line.counts_only], values, strict=True))

    def accept(self) -> None:
        """Keep the values."""
        self.values |= self._new


def post_sales(stage: Stage, piece: Piece) -> tuple[dict[tuple[int, int, int, int], LineValue], int | None]:
    """Post all sales of a piece; return the values of lines, and the time of the sale that used up the budget."""
    earners, changes = stage.read_earners(piece.earners, piece.activities), Changes(piece)
    accounts = {ecp: PostedAccount(stage, earner) for ecp, earner in earners.items()}
    arrivals = [one for ecp, rows in piece.lines_by_ecp() for one in list_arrivals(changes.revisions(ecp, rows))]
    arrivals.sort(key=attrgetter("at", "ecp", "order"))
    pools, exhausted = SlicedPools(stage.limits), None
    for _, group in groupby(arrivals, key=attrgetter("at")):
        together = list(group)
        by_ecp = {ecp: list(some) for ecp, some in groupby(together, key=attrgetter("ecp"))}
        for ecp, some in by_ecp.items():
            accounts[ecp].change(some)

        def fold_all(found: SchemePools, ecps: tuple[int, ...] = tuple(by_ecp)) -> None:
            for ecp in ecps:
                accounts[ecp].fold(found)

        pools.take(fold_all, together[0].ecp % SLICES)
        for ecp in by_ecp:
            accounts[ecp].accept()
        if exhausted is None and pools.budget_is_empty:
            exhausted = together[-1].sold_at
    values = {
        (ecp, line.sold_at, line.sale, line.position): account.values[key]
        for ecp, account in accounts.items()
        for key, line in account.lines.items()
    }
    return values, exhausted

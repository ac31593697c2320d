"""Values the lines of a piece as they count at last, where nothing is limited over all ECPs (N7)."""

from collections.abc import Iterable, Mapping, Sequence

from domain.simulations.arrivals import Changes
from domain.simulations.records import LineKey, LineRow, Piece
from domain.simulations.stage import Stage
from domain.simulations.tally import LiveTally, Slot, Tally, Totals
from domain.simulations.walk import Walk

# The points of lines in the ledger, by ECP.
LivePoints = dict[int, dict[LineKey, int]]


def value_piece(stage: Stage, piece: Piece) -> Totals:
    """Value all lines of a piece."""
    walk, changes = Walk(stage), Changes(piece)
    tally, live_tally = Tally(stage.revision.rule_ids), LiveTally(stage.setup.live_rules)
    earners, live = stage.read_earners(piece.earners, piece.activities), read_live(piece, live_tally)
    state, nothing = stage.begin(), walk.worths.nothing
    for ecp, rows in piece.lines_by_ecp():
        lines: Sequence[LineRow] = rows
        if ecp in changes.ecps:
            lines = [one for revision in changes.revisions(ecp, rows) for one in revision.at_last]
        if stage.is_stateful:
            state = stage.begin()
        values = walk.values(earners[ecp], lines, state)
        slots = slots_of(stage, lines, live.pop(ecp, {}))
        tally.lines += count_lines(lines)
        tally.add(ecp, slots, values + [nothing] * (len(slots) - len(values)))
    for ecp, known in live.items():
        slots = slots_of(stage, (), known)
        tally.add(ecp, slots, [nothing] * len(slots))
    return tally.total(walk.worths, live_tally)


def read_live(piece: Piece, tally: LiveTally) -> LivePoints:
    """The points of all lines in the ledger, which are added to the tally."""
    found: LivePoints = {}
    for ecp, key, value in piece.read_live():
        of_ecp = found.get(ecp)
        if of_ecp is None:
            of_ecp = found[ecp] = {}
        of_ecp[key] = tally.add(value)
    return found


def slots_of(stage: Stage, lines: Iterable[LineRow], live: Mapping[LineKey, int]) -> list[Slot]:
    """The lines of an ECP with their points in the ledger, and then those that only the ledger has valued."""
    slots: list[Slot] = []
    rest = dict(live)
    last, month = None, 0
    for _, sold_at, sale, _, _, position, _, _, _, _ in lines:
        if sold_at != last:
            last, month = sold_at, stage.periods(sold_at)[0]
        slots.append((sold_at, sale, position, month, rest.pop((sold_at, sale, position), 0)))
    slots += [(key[0], key[1], key[2], stage.periods(key[0])[0], points) for key, points in rest.items()]
    return slots


def count_lines(lines: Iterable[LineRow]) -> int:
    """How many lines have units."""
    return sum(line[7] > 0 for line in lines)

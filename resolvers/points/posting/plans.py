"""The approved revisions of schemes, compiled once and kept: revisions never change after their approval."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from db.points.posting_reads import RANK_VERSIONS, REVISION_CONTENTS, REVISION_HEADS, RankVersionRow, RevisionHeadRow
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.lru_cache import LruCache
from domain.points.revision_plan import ApprovedRevision, RevisionPlan, SchemePlan, TierRanks
from domain.rules.evaluation import CompiledRules
from domain.schemes.content import SchemeContent

# Plans that are kept: of all revisions of a scheme together.
_SIZE: Final = 256
_PlanKey = tuple[str, tuple[RevisionHeadRow, ...]]
_PLANS: Final[LruCache[_PlanKey, SchemePlan]] = LruCache(_SIZE)


async def load_plans(fetching: Fetching, scheme_ids: Sequence[UUID], calendar: Calendar) -> Mapping[UUID, SchemePlan]:
    """Load the plan of each scheme. Reads which revisions there are, and the contents only of those that are new."""
    rows = await fetching.fetch(REVISION_HEADS, ids=list(scheme_ids))
    return await plans_of(fetching, scheme_ids, rows, calendar)


async def plans_of(
    fetching: Fetching, scheme_ids: Sequence[UUID], found: Sequence[RevisionHeadRow], calendar: Calendar
) -> Mapping[UUID, SchemePlan]:
    """The plan of each scheme, given which revisions there are."""
    heads: dict[UUID, list[RevisionHeadRow]] = {key: [] for key in scheme_ids}
    for row in found:
        heads[row.scheme_id].append(row)
    zone = str(calendar.zone)
    keys: dict[UUID, _PlanKey] = {
        key: (zone, tuple(sorted(rows, key=lambda row: row.number))) for key, rows in heads.items()
    }
    plans = {key: plan for key, known in keys.items() if (plan := _PLANS.get(known)) is not None}
    if missing := [key for key in scheme_ids if key not in plans]:
        contents: dict[UUID, list[ApprovedRevision]] = defaultdict(list)
        for stored in await fetching.fetch(REVISION_CONTENTS, ids=missing):
            content = msgspec.json.decode(stored.content_json, type=SchemeContent)
            revision = ApprovedRevision(number=stored.number, effective_at=stored.effective_at, content=content)
            contents[stored.scheme_id].append(revision)
        for key in missing:
            plans[key] = SchemePlan(contents[key], calendar)
            _PLANS.put(keys[key], plans[key])
    return plans


class RankHistory:
    """The ranks of tiers over time, and rules that are compiled for them."""

    def __init__(self, versions: Sequence[tuple[datetime, UUID, int]]) -> None:
        """Take the versions of ranks in the order of their times."""
        self._times = sorted({at for at, _, _ in versions})
        self._ranks: list[TierRanks] = []
        known: dict[UUID, int] = {}
        for time in self._times:
            known.update({tier: rank for at, tier, rank in versions if at == time})
            self._ranks.append(tuple(sorted(known.items())))
        self._compiled: dict[tuple[int, int], CompiledRules] = {}

    @classmethod
    async def load(cls, fetching: Fetching) -> "RankHistory":
        """Load the ranks of all tiers."""
        return cls.of(await fetching.fetch(RANK_VERSIONS))

    @classmethod
    def of(cls, rows: Sequence[RankVersionRow]) -> "RankHistory":
        """Take the ranks of all tiers in the order of their times."""
        return cls([(row.valid_from, row.tier_id, row.rank) for row in rows])

    def compiled(self, revision: RevisionPlan, at: datetime) -> CompiledRules:
        """The rules of a revision, compiled for the ranks at a moment."""
        index = bisect_right(self._times, at) - 1
        found = self._compiled.get((id(revision), index))
        if found is None:
            ranks = self._ranks[index] if index >= 0 else ()
            found = self._compiled[id(revision), index] = revision.compiled(ranks)
        return found

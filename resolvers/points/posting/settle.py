"""Folds accounts, takes from pools, and writes what came of it."""

from collections.abc import Mapping, Sequence

from db.sessions import Writing
from domain.points.fold import fold
from domain.points.pools import NO_POOLS, SchemePools
from resolvers.points.posting.accounts import TouchedAccount
from resolvers.points.posting.ledgers import Ledgers
from resolvers.points.posting.pool_limits import Limiting
from resolvers.points.posting.pools import take_from_pools
from resolvers.points.posting.writing import Valued, write_values


async def settle_accounts(
    session: Writing, ledgers: Ledgers, accounts: Sequence[TouchedAccount], limiting: Limiting
) -> tuple[list[Valued], Mapping[int, int]]:
    """Value the lines of accounts and post the differences; return the values, and by how much each sale changed.

    `limiting` are the revisions whose limits over all ECPs hold.
    """
    valued: list[Valued] = []

    def fold_all(pools: Mapping[int, SchemePools]) -> None:
        valued.clear()
        for account in accounts:
            state = account.begin()
            values = fold(account.lines, state, pools.get(account.of.scheme, NO_POOLS))
            valued.append((account, values, state))

    schemes = {one.of.scheme for one in accounts}
    limited = {scheme: revision for scheme, revision in limiting.items() if scheme in schemes}
    await take_from_pools(session, limited, fold_all, home=min(ledgers.seqs, default=0))
    return valued, await write_values(session, ledgers, valued)

"""The last administrator who can sign in stays one: without any, nobody could make another."""

from db.accounts.reads import HOLDERS_OF_ROLE, LOCK_ADMINISTRATORS
from db.accounts.rows import AccountRow
from db.sessions import Writing
from domain.failures import Problem, UserErrorCode
from domain.permissions import Role
from resolvers.validation import reject_invalid

_MESSAGE = (
    "{name} is the only administrator who can sign in. Give another account the role administrator first, and then "
    "change this one."
)


async def keep_an_administrator(session: Writing, stored: AccountRow | None, changed: AccountRow) -> None:
    """Let an account stop being an administrator only if another one is left. Raises InvalidInput.

    Of those that stop at the same time, one comes after the other: the lock is held until the transaction ends.
    """
    if stored is None or not _administers(stored) or _administers(changed):
        return
    await session.fetch(LOCK_ADMINISTRATORS)
    if await session.fetch(HOLDERS_OF_ROLE, role=Role.ADMIN.value) == [stored.id]:
        field = "disabled" if changed.disabled_at is not None else "roles"
        problem = Problem(UserErrorCode.CONFLICT, _MESSAGE.format(name=stored.display_name), (field,))
        reject_invalid([problem])


def _administers(account: AccountRow) -> bool:
    return account.disabled_at is None and Role.ADMIN.value in account.roles

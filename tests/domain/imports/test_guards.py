"""Who may cancel or retry an import, and when (R20, R25)."""

from uuid import UUID

import pytest

from domain.imports.facts import ImportStatus
from domain.imports.failures import ImportEnded, ImportNotRetryable, ImportOfAnother
from domain.imports.guards import IMPORT_GUARDS, ImportAction, ImportFacts
from domain.permissions import Role
from domain.viewers import Viewer

OWNER, OTHER = UUID(int=1), UUID(int=2)


def viewer(role: Role, account_id: UUID = OTHER) -> Viewer:
    return Viewer(account_id=account_id, display_name="Asha", email=None, roles=frozenset({role}))


def facts(status: ImportStatus, **changed: bool) -> ImportFacts:
    given = {"has_job": True, "is_rejected": False, "keeps_file": True, **changed}
    return ImportFacts(owner_id=OWNER, status=status, **given)


@pytest.mark.parametrize("status", ImportStatus)
def test_the_status_decides_about_actions(status: ImportStatus) -> None:
    expected = {"QUEUED": (ImportAction.CANCEL,), "RUNNING": (ImportAction.CANCEL,), "SUCCEEDED": ()}
    allowed = expected.get(status, (ImportAction.RETRY,))
    for who in (viewer(Role.INTEGRATION, OWNER), viewer(Role.PROGRAM_MANAGER), viewer(Role.ADMIN)):
        assert IMPORT_GUARDS.allowed(facts(status), who) == allowed
    for role in set(Role) - {Role.PROGRAM_MANAGER, Role.ADMIN}:
        assert IMPORT_GUARDS.allowed(facts(status), viewer(role)) == ()
        failure = IMPORT_GUARDS.find_failure(ImportAction.CANCEL, facts(status), viewer(role))
        assert isinstance(failure, ImportOfAnother)


@pytest.mark.parametrize("changed", [{"has_job": False}, {"is_rejected": True}, {"keeps_file": False}])
def test_an_import_that_has_ended_for_good_is_not_retried(changed: dict[str, bool]) -> None:
    failed = facts(ImportStatus.FAILED, **changed)
    failure = IMPORT_GUARDS.find_failure(ImportAction.RETRY, failed, viewer(Role.ADMIN))
    assert isinstance(failure, ImportNotRetryable)
    assert failure.message.endswith(" the file again." if "is_rejected" not in changed else " import it again.")


def test_the_failure_carries_the_status() -> None:
    failure = IMPORT_GUARDS.find_failure(ImportAction.CANCEL, facts(ImportStatus.FAILED), viewer(Role.ADMIN))
    assert isinstance(failure, ImportEnded)
    assert failure.status is ImportStatus.FAILED

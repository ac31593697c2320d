"""Idempotency keys: claimed once, answered as the first time, forgotten after 30 days."""

from contextlib import suppress
from uuid import UUID

import pytest

from domain.failures import InvalidInput
from domain.permissions import Role
from resolvers.coupons.generate_coupons import GenerateCoupons
from resolvers.idempotency import IdempotencyMismatch, claim_key, forget_old_keys
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory

FIRST, SECOND = UUID(int=1), UUID(int=2)


async def _claim(factory: SchemeFactory, command: GenerateCoupons, result_id: UUID) -> UUID | None:
    operation = factory.operation(Role.OPERATIONS)
    async with operation.writing() as session:
        return await claim_key(operation, session, command, result_id=result_id)


async def test_a_key_gives_the_first_result_again(factory: SchemeFactory) -> None:
    command = GenerateCoupons(FIRST, "once")
    assert await _claim(factory, command, FIRST) is None
    assert await _claim(factory, command, SECOND) == FIRST


async def test_a_key_with_another_input_is_rejected(factory: SchemeFactory) -> None:
    await _claim(factory, GenerateCoupons(FIRST, "once"), FIRST)
    with pytest.raises(IdempotencyMismatch):
        await _claim(factory, GenerateCoupons(SECOND, "once"), SECOND)
    assert await _claim(factory, GenerateCoupons(FIRST, "once"), SECOND) == FIRST


async def test_keys_of_failed_transactions_are_not_kept(factory: SchemeFactory) -> None:
    operation, command = factory.operation(Role.OPERATIONS), GenerateCoupons(FIRST, "once")
    with suppress(ZeroDivisionError):
        async with operation.writing() as session:
            await claim_key(operation, session, command, result_id=FIRST)
            raise ZeroDivisionError
    assert await _claim(factory, GenerateCoupons(FIRST, "once"), SECOND) is None


@pytest.mark.parametrize("key", ["", "  ", "k" * 121, "a\x07b"])
async def test_an_unusable_key_is_rejected(factory: SchemeFactory, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await _claim(factory, GenerateCoupons(FIRST, key), FIRST)
    assert [problem.path for problem in caught.value.problems] == [("input", "idempotencyKey")]


async def test_keys_are_forgotten_after_thirty_days(factory: SchemeFactory, clock: TestClock) -> None:
    await _claim(factory, GenerateCoupons(FIRST, "old"), FIRST)
    clock.advance(days=29)
    await _claim(factory, GenerateCoupons(FIRST, "new"), FIRST)
    await forget_old_keys(factory.operation(Role.OPERATIONS))
    assert await _claim(factory, GenerateCoupons(FIRST, "old"), SECOND) == FIRST
    clock.advance(days=2)
    await forget_old_keys(factory.operation(Role.OPERATIONS))
    assert await _claim(factory, GenerateCoupons(FIRST, "old"), SECOND) is None
    assert await _claim(factory, GenerateCoupons(FIRST, "new"), SECOND) == FIRST

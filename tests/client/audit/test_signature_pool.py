"""Transactions examined elsewhere: the same answers, and never a yes from a pool that died."""

import pytest

from cfi.client.audit.signature_pool import CHUNK, SignaturePool
from tests.client.audit.histories import answered
from tests.node.chain import transfer
from tests.spoilt import spoilt

GOOD = transfer(1)
FORGED = spoilt(GOOD)
SEVERAL = [GOOD, FORGED, b"anything", b""]
TOLD = answered(SEVERAL)


def test_without_processes_they_are_examined_here() -> None:
    with SignaturePool(0) as pool:
        assert pool.answer(pool.ask(SEVERAL)) == TOLD
        assert pool.answer(pool.ask([])) == []


def test_processes_give_the_same_answers_in_order() -> None:
    many = [GOOD, FORGED] * CHUNK
    with SignaturePool(1) as pool:
        owed = pool.ask(many)
        assert len(owed) == 2
        assert pool.answer(owed) == TOLD[:2] * CHUNK


def test_a_pool_that_died_is_never_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    with SignaturePool(1) as pool:
        assert pool._pool is not None
        pool.answer(pool.ask([GOOD]))
        for process in list(pool._pool._processes.values()):
            process.kill()
            process.join()
        owed = pool.ask(SEVERAL)
        assert pool.answer(owed) == TOLD
        assert pool.answer(pool.ask(SEVERAL)) == TOLD

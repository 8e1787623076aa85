"""Signatures verified elsewhere: the same verdicts, and never a yes from a pool that died."""

import pytest

from cfi.client.audit.signature_pool import CHUNK, SignaturePool, verdicts
from tests.node.chain import transfer

GOOD = transfer(1)
FORGED = GOOD[:-1] + bytes((GOOD[-1] ^ 1,))
SEVERAL = [GOOD, FORGED, b"anything", b""]


def test_a_verdict_for_each_transaction() -> None:
    assert verdicts(SEVERAL) == [True, False, False, False]


def test_without_processes_the_verdicts_are_given_here() -> None:
    with SignaturePool(0) as pool:
        assert pool.answer(pool.ask(SEVERAL)) == [True, False, False, False]
        assert pool.answer(pool.ask([])) == []


def test_processes_give_the_same_verdicts_in_order() -> None:
    many = [GOOD, FORGED] * CHUNK
    with SignaturePool(1) as pool:
        owed = pool.ask(many)
        assert len(owed) == 2
        assert pool.answer(owed) == [True, False] * CHUNK


def test_a_pool_that_died_is_never_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    with SignaturePool(1) as pool:
        assert pool._pool is not None
        pool.answer(pool.ask([GOOD]))
        for process in list(pool._pool._processes.values()):
            process.kill()
            process.join()
        owed = pool.ask(SEVERAL)
        assert pool.answer(owed) == [True, False, False, False]
        assert pool.answer(pool.ask(SEVERAL)) == [True, False, False, False]

"""Who signed the last blocks, counted from what a ledger shows."""

from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.wire.commits import ABSENT, Commit, decode_commit
from cfi.node import signing
from cfi.node.admission import AdmissionBook
from cfi.node.ask import FaultError
from cfi.node.counters import Counters
from cfi.node.mempool import Mempool
from cfi.node.queries import Queries, QuestionError
from cfi.node.signing import Share, signing_shares
from tests.node.chain import CHAIN_ID, Chain, make_chain

HEIGHT = 4
SOCKET = Path("unused")


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """A chain whose answers come without a socket."""
    made = make_chain(tmp_path, HEIGHT)
    book = AdmissionBook(CHAIN_ID, bytes(32))
    queries = Queries(made.engine, made.application, Mempool(), book, Counters())

    def answer(_: Path, question: str, **parameters: object) -> Any:
        try:
            return queries.answer(question, parameters)
        except QuestionError as error:
            raise FaultError(str(error)) from error

    monkeypatch.setattr(signing, "ask", answer)
    return made


def test_a_validator_alone_signed_all(chain: Chain) -> None:
    assert list(signing_shares(SOCKET, chain.engine.height).values()) == [Share(HEIGHT, 0)]
    chain.close()


def test_only_the_last_blocks_count(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "BLOCKS", 2)
    assert list(signing_shares(SOCKET, HEIGHT).values()) == [Share(2, 0)]
    chain.close()


def test_a_block_decided_without_its_vote_is_missed(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_votes(encoded: bytes) -> Commit:
        commit = decode_commit(encoded)
        if commit.height != HEIGHT:
            return commit
        return Commit(
            height=commit.height,
            round_number=commit.round_number,
            block_id=commit.block_id,
            signatures=(ABSENT,),
        )

    monkeypatch.setattr(signing, "decode_commit", without_votes)
    assert list(signing_shares(SOCKET, HEIGHT).values()) == [Share(HEIGHT - 1, 1)]
    chain.close()


def test_a_height_that_is_not_here_ends_the_count(chain: Chain) -> None:
    assert signing_shares(SOCKET, HEIGHT + 1) == {}
    chain.close()

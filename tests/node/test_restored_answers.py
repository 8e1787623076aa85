"""What a node made from a snapshot answers of the time before it: that it doesn't know."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.wire.quantities import Instant
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.counters import Counters
from cfi.node.mempool import Mempool
from cfi.node.queries import Queries, QuestionError
from tests.node.chain import CHAIN_ID, COMPANY, Chain, make_chain, open_chain, transfer
from tests.node.snapshotting import applied, chunks_of, offered, snapshot_of, syncing

BLOCKS = 3
OWNER = account_owner(f"{COMPANY}/1")


@pytest.fixture
def chains(tmp_path: Path) -> Iterator[tuple[Chain, Chain]]:
    """A chain, and one that took its snapshot; both then decided one more block."""
    source, new = make_chain(tmp_path / "source", BLOCKS), open_chain(tmp_path / "new")
    stored, sync = snapshot_of(source), syncing(new)
    offered(sync, stored.told, source.application.app_hash)
    applied(sync, chunks_of(stored))
    source.make(transfer(900))
    block = source.engine.block(BLOCKS + 1)
    assert block is not None
    new.application.finalize_block(block.transactions, Instant(block.header.time.seconds))
    new.application.commit()
    yield source, new
    source.close()
    new.close()


def queries(chain: Chain, application: Application | None = None) -> Queries:
    """Questions to a chain, or to another's state with this one's blocks."""
    admission = AdmissionBook(CHAIN_ID, bytes(32))
    return Queries(
        chain.engine, application or chain.application, Mempool(), admission, Counters()
    )


def count_of(chain: Chain) -> int:
    summary = chain.application.state.overlay().summary(OWNER)
    assert summary is not None
    return int(summary.movement_count)


def test_both_have_one_root(chains: tuple[Chain, Chain]) -> None:
    source, new = chains
    assert source.application.app_hash == new.application.app_hash


def test_movements_since_the_snapshot_are_complete(chains: tuple[Chain, Chain]) -> None:
    source, new = chains
    last = count_of(source)
    asked = {"owner": OWNER, "first": last, "last": last}
    found = queries(new).answer("movements", asked)
    assert found == queries(source).answer("movements", asked) != []
    assert queries(new).answer("movements", {"owner": OWNER, "first": last + 1}) == []


@pytest.mark.parametrize("last", [1, 2, 1_000])
def test_older_ones_are_not_kept(chains: tuple[Chain, Chain], last: int) -> None:
    source, new = chains
    asked = {"owner": OWNER, "first": 1, "last": last}
    assert queries(source).answer("movements", asked)
    with pytest.raises(QuestionError, match=f"up to height {BLOCKS} aren't kept here") as told:
        queries(new).answer("movements", asked)
    assert told.value.name == "not-kept"


def test_an_owner_that_never_was_has_none(chains: tuple[Chain, Chain]) -> None:
    asked = {"owner": account_owner("nobody/1"), "first": 1}
    assert [queries(each).answer("movements", asked) for each in chains] == [[], []]


def test_receipts(chains: tuple[Chain, Chain]) -> None:
    source, new = chains
    window = dict(source.application.window.heights())
    (newest,) = window[BLOCKS + 1]
    asked = {"act_id": newest}
    assert queries(new).answer("receipt", asked) == queries(source).answer("receipt", asked)
    for question in ("receipt", "act"):
        with pytest.raises(QuestionError, match="acts up to height") as told:
            queries(new).answer(question, {"act_id": window[1][0], "owner": holder_owner(COMPANY)})
        assert told.value.name == "not-kept"
        with pytest.raises(QuestionError, match="no such act"):
            queries(source).answer(question, {"act_id": bytes(32), "owner": holder_owner(COMPANY)})


def test_anothers_act_answers_as_one_that_is_not_there(chains: tuple[Chain, Chain]) -> None:
    source, new = chains
    (held,) = dict(source.application.window.heights())[BLOCKS + 1]
    for application in (source.application, new.application):
        answers = []
        for act_id in (held, bytes(32)):
            with pytest.raises(QuestionError) as told:
                queries(source, application).answer(
                    "act", {"act_id": act_id, "owner": holder_owner("company-b")}
                )
            answers.append((told.value.name, str(told.value)))
        assert answers[0] == answers[1]
    own = {"act_id": held, "owner": holder_owner(COMPANY)}
    assert queries(source, new.application).answer("act", own)


@pytest.mark.parametrize("question", ["light_block", "block"])
def test_blocks(chains: tuple[Chain, Chain], question: str) -> None:
    for height, fault in ((BLOCKS, "not-kept"), (BLOCKS + 9, "unknown-height")):
        with pytest.raises(QuestionError) as told:
            queries(chains[1]).answer(question, {"height": height})
        assert told.value.name == fault

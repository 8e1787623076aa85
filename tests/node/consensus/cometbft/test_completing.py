"""A decided block is put together from its transactions, its header and the votes around it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from cfi.contracts.wire.headers import header_hash
from cfi.node.audience import Audience
from cfi.node.consensus.cometbft import follower as follower_module
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.counters import Counters
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError
from tests.node.chain import TERMS, Chain, make_chain
from tests.node.consensus.cometbft.asking import Said, saying
from tests.node.consensus.cometbft.test_following import FULL, as_it_is
from tests.node.gateway.running import until

TOP: Final = 3
Contents = Mapping[int, tuple[bytes, ...]]
"""By height, the transactions that CometBFT asked to decide."""

UNKNOWN: Final = [
    #  sentence            what is wrong with the told votes
    ("a fault",            lambda told: told.update(error=FULL)),
    ("nothing",            lambda told: told.update(result=None)),
    ("there is evidence",  lambda told: told["result"]["signed_header"]["header"].update(evidence_hash="00" * 32)),
]  # fmt: skip


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    made = make_chain(tmp_path_factory.mktemp("chain"), TOP)
    yield made
    made.close()


def contents(chain: Chain) -> dict[int, tuple[bytes, ...]]:
    """What a ledger was asked that decided the chain's blocks."""
    blocks = [chain.engine.block(height) for height in range(1, TOP + 1)]
    return {each.header.height: each.transactions for each in blocks if each is not None}


def followed(chain: Chain, folder: Path, say: Said, decided: Contents) -> Follower:
    """Follow the chain to its top, having decided these blocks."""

    async def work() -> Follower:
        files = BlockFiles(folder / "blocks")
        async with saying(folder / "s", say), EngineRpc(folder / "s") as rpc:
            follower = Follower(
                TERMS, chain.application, files, rpc, Audience(), counters=Counters()
            )
            for height, transactions in decided.items():
                block = chain.engine.block(height)
                assert block is not None
                follower.decided(height, header_hash(block.header), transactions)
            following = asyncio.create_task(follower.run())
            await until(lambda: follower.height >= TOP or following.done())
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        for height in range(1, TOP + 1):
            assert follower.block(height) == chain.engine.block(height)
            assert follower.commit_of(height) == chain.engine.commit_of(height)
        files.close()
        return follower

    return asyncio.run(asyncio.wait_for(work(), 30.0))


def noted(whole: list[str], say: Said) -> Said:
    """The same answers; the heights whose whole blocks are asked for are noted."""

    def heard(call: dict[str, Any]) -> Any:
        if call["method"] == "block":
            whole.append(call["params"]["height"])
        return say(call)

    return heard


def test_the_engine_tells_no_transactions_again(chain: Chain, tmp_path: Path) -> None:
    whole: list[str] = []
    followed(chain, tmp_path, noted(whole, as_it_is(chain)), contents(chain))
    assert whole == ["1"], "nobody voted before the first block"


@pytest.mark.parametrize(("sentence", "spoil"), UNKNOWN, ids=[each[0] for each in UNKNOWN])
def test_it_is_asked_for_whole_blocks_where_the_rest_is_not_told(
    chain: Chain, tmp_path: Path, sentence: str, spoil: Callable[[Any], Any]
) -> None:
    honest = as_it_is(chain)
    whole: list[str] = []

    def say(call: dict[str, Any]) -> Any:
        told = honest(call)
        if call["method"] == "commit" and call["params"]["height"] == "2" and "2" not in whole:
            spoil(told)
        return told

    followed(chain, tmp_path, noted(whole, say), {2: contents(chain)[2]})
    assert whole == ["1", "2", "3"]


def test_other_transactions_than_those_voted_for_stop_the_ledger(
    chain: Chain, tmp_path: Path
) -> None:
    spoilt = contents(chain) | {2: (b"another",)}
    with pytest.raises(DamagedError, match="engine's block 2 can't be read"):
        followed(chain, tmp_path, as_it_is(chain), spoilt)


def test_the_transactions_of_few_heights_are_kept(chain: Chain, tmp_path: Path) -> None:
    files = BlockFiles(tmp_path / "blocks")
    rpc = EngineRpc(tmp_path / "s")
    follower = Follower(TERMS, chain.application, files, rpc, Audience(), counters=Counters())
    for height in range(1, 100):
        follower.decided(height, b"h" * 32, (b"x",))
    assert len(follower._contents) == follower_module._MOST_CONTENTS
    files.close()

"""One list of acts through both engines: equal receipts, equal roots."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from cfi.node.assembly import assemble
from cfi.node.consensus.embedded import EmbeddedEngine
from cfi.node.demo.stage import cast_seeds
from cfi.node.founding import Place, fill
from cfi.node.home import Home
from cfi.node.settings import EMBEDDED
from tests.faults.running import CAST, application, replayed
from tests.network.running import commit_all, network

ACTS: Final = [application(number) for number in range(30)]


def test_the_same_blocks_come_to_the_same(tmp_path: Path) -> None:
    """CometBFT says how the list is cut into blocks; time doesn't matter, as the clock is stepped."""
    with network(tmp_path / "network", 1) as (node,):
        with node.client() as client:
            for start in range(0, len(ACTS), 10):
                commit_all(client, ACTS[start : start + 10])
        node.reach(node.height + 2)
        node.stop()
        under_cometbft = replayed(node.home)
    home = Home(tmp_path / "embedded")
    settings = replace(node.home.settings(), engine=EMBEDDED)
    fill(Place(home, settings, cast_seeds(CAST, "node1")), node.home.genesis_file.read_bytes())
    embedded = assemble(home)
    assert isinstance(embedded.engine, EmbeddedEngine)
    for height, block in node.blocks().items():
        decided = embedded.engine.make_block(list(block.transactions))
        assert (decided.height, decided.block.transactions) == (height, block.transactions)
        assert embedded.application.app_hash == under_cometbft.roots[height]
    embedded.close()
    assert replayed(home).places == under_cometbft.places
    assert len(under_cometbft.places) == len(ACTS)

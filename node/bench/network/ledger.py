"""A ledger under CometBFT that begins with a world for measurements, and not with a signed genesis:
`python -m cfi.node.bench.network.ledger HOME`.
"""

import sys
from functools import partial
from pathlib import Path

from cfi.client.tree_process import TreeProcess
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.store import State
from cfi.contracts.state.trees import Trees
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.node.admission import AdmissionBook
from cfi.node.assembly import Node, loaded_application, under_cometbft
from cfi.node.bench.network.homes import read_plan
from cfi.node.bench.world import CHAIN_ID, GENESIS_TIME, Sizes, build
from cfi.node.consensus.embedded import ChainTerms
from cfi.node.home import Home
from cfi.node.ledger_process import run
from cfi.node.storage.database import Database


def assemble(home: Home) -> Node:
    """The node that `cfi start` would make, on the world that the home's document tells."""
    document = home.genesis_file.read_bytes()
    database, trees = Database(home.ledger), TreeProcess()
    joins = bool(home.settings().sync_servers)
    founded = partial(_world, nothing=joins)
    application = loaded_application(home, document, database, trees, founded)
    terms = ChainTerms(
        chain_id=CHAIN_ID,
        genesis_time=GENESIS_TIME,
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
    )
    admission = AdmissionBook(CHAIN_ID, home.admission_key.read_bytes())
    return under_cometbft(
        home,
        home.settings(),
        terms,
        document,
        application,
        database=database,
        trees=trees,
        admission=admission,
    )


def _world(document: bytes, trees: Trees, *, nothing: bool) -> tuple[State, Batch]:
    """The world of a document; next to nothing for a node that will join by a snapshot."""
    plan = read_plan(document)
    sizes = Sizes(1, 1) if nothing else plan.sizes
    return build(sizes, trees, plan.names, genesis_hash(document))


if __name__ == "__main__":
    sys.exit(run(Home(Path(sys.argv[1])), assemble))

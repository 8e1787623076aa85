"""The process that keeps the trees is killed: the ledger stops and says so, and starts again."""

import signal
from os import kill
from pathlib import Path

from cfi.client.wallet.transactions import act_id_of
from cfi.node.link import Kind
from tests.faults.running import Client, Node, application, new_home, replayed, running


def keeper_of(node: Node) -> int:
    """The process that keeps a ledger's trees."""
    children = Path(f"/proc/{node.process.pid}/task/{node.process.pid}/children").read_text()
    (keeper,) = [
        int(each)
        for each in children.split()
        if b"cfi.client.tree_process" in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return keeper


def test_the_ledger_ends_with_the_trees_and_loses_nothing(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with running(home) as node, Client.of(node) as client:
        told = client.committed(client.submit(application(0)))
        kill(keeper_of(node), signal.SIGKILL)
        tag = client.submit(application(1))
        assert node.process.wait(60.0) == 1
        client.drain()
        assert client.answers.get(tag, (Kind.ADMITTED, None))[0] is not Kind.COMMITTED
        assert "the process that keeps the trees has ended: start again" in node.said()
    with running(home) as node, Client.of(node) as client:
        assert client.ask("receipt", act_id=act_id_of(application(0))) == told
        kind, _ = client.answer(client.submit(application(1)))
        assert kind in {Kind.COMMITTED, Kind.REJECTED}, "decided before the restart, or now"
        node.stop()
    assert all(len(places) == 1 for places in replayed(home).places.values())

"""Four validators under real CometBFT on one machine."""

from pathlib import Path
from typing import Final

from cfi.client.wallet.transactions import act_id_of
from tests.faults.running import application, replayed
from tests.network.running import commit_all, network

ACTS: Final = [application(number) for number in range(40)]


def test_all_decide_the_same(tmp_path: Path) -> None:
    with network(tmp_path, 4) as nodes:
        clients = [node.client() for node in nodes]
        told = [
            commit_all(client, ACTS[start::4]) for start, client in enumerate(clients)
        ]
        top = max(height for each in told for height, _, _ in each)
        for node in nodes:
            node.reach(top + 2)
        headers = {node.header(top + 1) for node in nodes}
        assert len(headers) == 1
        for node, client in zip(nodes, clients, strict=True):
            for start, each in enumerate(told):
                for act, place in zip(ACTS[start::4], each, strict=True):
                    assert client.ask("receipt", act_id=act_id_of(act)) == place
            client.link.close()
        late = nodes[3]
        late.kill()
        with nodes[0].client() as client:
            ((height, _, _),) = commit_all(client, [application(100)])
        late.start()
        late.reach(height + 1)
        for node in nodes:
            node.reach(height + 2)
            node.stop()
        roots = [replayed(node.home).roots for node in nodes]
        least = min(map(len, roots))
        assert least > height
        assert all(
            {at: root for at, root in each.items() if at <= least} == {at: root for at, root in roots[0].items() if at <= least}
            for each in roots
        )

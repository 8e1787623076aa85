"""Four validators whose wires can be cut, and what must hold after every fault."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.receipts import decode_receipt
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.settings import Settings
from tests.effort import SOAK
from tests.faults.network.market import MOVED, VALIDATORS, Market
from tests.faults.network.relays import Relays, relays
from tests.faults.running import History, TonnesByKind, replayed
from tests.network.running import QUICK, NetworkNode, commit_all, free_address, settled

FAULT_SECONDS: Final = 300.0 if SOAK else 120.0
"""How long anything may take that a test waits for."""


@dataclass(slots=True)
class Net:
    """Running validators, their wires, and what they acknowledged."""

    nodes: list[NetworkNode]
    wires: Relays
    market: Market
    sent: int = 0
    retiring: list[bytes] = field(default_factory=list)
    """Acts that retire, by their identifiers."""
    acknowledged: dict[bytes, list[Any]] = field(default_factory=dict)

    def fresh(self, count: int) -> list[bytes]:
        """New acts, valid for half as long as any may be."""
        until = max(node.height for node in self.nodes) + REPLAY_WINDOW_HEIGHTS // 2
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        made = [self.market.act(number, until) for number in numbers]
        self.retiring += [
            act_id_of(act)
            for number, act in zip(numbers, made, strict=True)
            if self.market.retires(number)
        ]
        return made

    def ids(self, acts: Sequence[bytes]) -> list[bytes]:
        """The acts' identifiers."""
        return [act_id_of(act) for act in acts]

    def commit(self, index: int, count: int = 1) -> int:
        """Have acts committed through a validator; returns the last one's height."""
        return self.commit_these(index, self.fresh(count))

    def commit_these(self, index: int, acts: Sequence[bytes]) -> int:
        """The same for acts that are there."""
        with self.nodes[index].client() as client:
            told = commit_all(client, acts)
        self.acknowledged.update(zip(self.ids(acts), told, strict=True))
        return max(int(height) for height, _, _ in told)

    def goes_on(self, *indexes: int, blocks: int = 2) -> int:
        """These validators decide more heights; returns one that all have."""
        chosen = [self.nodes[index] for index in indexes]
        goal = max(node.height for node in chosen) + blocks
        for node in chosen:
            node.reach(goal, FAULT_SECONDS)
        return goal

    def in_step(self) -> None:
        """While all run: equal headers, so equal roots, and each has what was acknowledged, as it
        was told.
        """
        height = self.goes_on(*range(len(self.nodes)))
        assert len({node.header(height) for node in self.nodes}) == 1, height
        for node in self.nodes:
            for act_id, told in self.acknowledged.items():
                assert node.ask("receipt", act_id=act_id) == list(told)

    def agree(self, *indexes: int) -> None:
        """Stop these (all, if none is named): each one's blocks replay to equal roots, all that was
        acknowledged is there, once, as it was told, and there are as many tonnes as before, those
        retired that were to be.
        """
        chosen = [self.nodes[index] for index in indexes or range(len(self.nodes))]
        top = max(height for height, _, _ in self.acknowledged.values())
        for node in chosen:
            node.reach(top + 2)
        for node in chosen:
            node.stop()
        histories = [replayed(node.home) for node in chosen]
        common = set.intersection(*(set(history.roots) for history in histories))
        assert top in common
        done = sum(decode_receipt(receipt).done for _, _, receipt in self.acknowledged.values())
        assert done >= len(self.acknowledged) * 0.8, "about one in ten comes to nothing"
        for height in common:
            assert len({history.roots[height] for history in histories}) == 1, height
        for history in histories:
            self._conserves(history)
            assert all(len(places) == 1 for places in history.places.values())
            for act_id, told in self.acknowledged.items():
                assert history.places[act_id] == [told]

    def _conserves(self, history: History) -> None:
        before, after = history.tonnes[self.market.height], history.tonnes[max(history.tonnes)]
        assert units(before) == units(after)
        places = [history.places.get(act_id, []) for act_id in self.retiring]
        done = sum(decode_receipt(receipt).done for each in places for _, _, receipt in each)
        assert retired(after) - retired(before) == done * MOVED
        assert done


def units(tonnes: TonnesByKind) -> dict[tuple[int, int], tuple[int, int]]:
    """Of each type and vintage, the tonnes that were issued, and those that are somewhere."""
    where = ("held", "retired", "cancelled", "sold_outside")
    return {
        (each["type"], each["vintage"]): (each["issued"], sum(each[place] for place in where))
        for each in tonnes
    }


def retired(tonnes: TonnesByKind) -> int:
    """Those of all types and vintages that are retired."""
    return sum(each["retired"] for each in tonnes)


@contextmanager
def four(
    folder: Path,
    market: Market,
    programs: Mapping[int, Sequence[str]] | None = None,
    settings: Settings = QUICK,
) -> Iterator[Net]:
    """Four running validators that reach each other through wires; some may run other programs."""
    homes = market.homes(folder)
    addresses = [free_address(number) for number in range(1, VALIDATORS + 1)]
    with relays() as wires:
        for source, (home, address) in enumerate(zip(homes, addresses, strict=True)):
            peers = tuple(
                f"{read_node_id(other.node_key)}@{wires.add(source, target, addresses[target])}"
                for target, other in enumerate(homes)
                if target != source
            )
            settled(home, replace(settings, name=home.root.name, p2p_listen=address, peers=peers))
        wires.start()
        net = Net([NetworkNode(home) for home in homes], wires, market)
        for index, program in (programs or {}).items():
            net.nodes[index].program = program
        try:
            for node in net.nodes:
                node.start()
            yield net
        finally:
            for node in net.nodes:
                node.kill()

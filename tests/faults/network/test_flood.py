"""A flood of ten times as many transactions as may wait, again and again, through three of four
validators: blocks go on, everything is answered, and an honest member gets through.
"""

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.node.link import Kind
from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.faults.running import Client
from tests.network.running import QUICK, NetworkNode
from tests.spoilt import spoilt

ROOM: Final = effort(sample=200, soak=2_000)
"""Transactions that may wait in one validator."""
TIMES: Final = 10
"""As many good ones come in a wave, each with three that are not to be taken."""
FLOOD_BLOCKS: Final = effort(sample=15, soak=50)
SEEDS: Final = effort(sample=1, soak=5)
FLOODED: Final = (0, 1, 2)
CONNECTIONS: Final = 2
"""To each flooded validator."""
AT_ONCE: Final = 5 * ROOM // 2
"""What a connection sends before it reads answers: with the others more good ones than may wait."""
MOST_BLOCKS: Final = 20
"""From an honest member's first try to its commit: five turns of each proposer."""
MOST_MEBIBYTES: Final = 100
"""By which any process may grow."""
NONSENSE_BYTES: Final = 60_000

ACCEPTED: Final = (Kind.COMMITTED, "")
KNOWN: Final = {(Kind.REJECTED, "DUPLICATE"), (Kind.DROPPED, "DUPLICATE")}
FULL: Final = {
    (kind, name)
    for kind in (Kind.REJECTED, Kind.DROPPED)
    for name in ("MEMPOOL_FULL", "HOLDER_OVER_QUOTA")
}
ANSWERS: Final = {
    "good": {ACCEPTED, *KNOWN, *FULL},
    "wrongly signed": {(Kind.REJECTED, "BAD_SIGNATURE")},
    "nonsense": {(Kind.REJECTED, "MALFORMED")},
}


def said(answer: tuple[Kind, Any]) -> tuple[Kind, str]:
    """An answer's kind and the name of its reason."""
    kind, content = answer
    return kind, "" if kind is Kind.COMMITTED else content[0]


def wave(chance: random.Random, acts: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Good acts, each with two that are wrongly signed, and with itself or long nonsense."""
    made: list[tuple[str, bytes]] = []
    for act in acts:
        made.append(("good", act))
        made += [("wrongly signed", spoilt(act, at)) for at in (len(act) - 1, len(act) - 64)]
        again = chance.random() < 0.9
        made.append(("good", act) if again else ("nonsense", chance.randbytes(NONSENSE_BYTES)))
    chance.shuffle(made)
    return made


@dataclass(slots=True)
class Flood:
    """One connection through which a wave comes again and again."""

    node: NetworkNode
    wave: list[tuple[str, bytes]]
    stop: threading.Event
    waves: int = 0
    answers: Counter[tuple[str, tuple[Kind, str]]] = field(default_factory=Counter)
    committed: dict[bytes, list[Any]] = field(default_factory=dict)
    thread: threading.Thread = field(init=False)

    def start(self) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        with self.node.client() as client:
            while not self.stop.is_set():
                for at in range(0, len(self.wave), AT_ONCE):
                    self._send(client, self.wave[at : at + AT_ONCE])
                self.waves += 1

    def _send(self, client: Client, part: Sequence[tuple[str, bytes]]) -> None:
        tags = [client.submit(transaction) for _, transaction in part]
        for tag, (sort, transaction) in zip(tags, part, strict=True):
            answer = client.answer(tag)
            self.answers[sort, said(answer)] += 1
            if answer[0] is Kind.COMMITTED:
                self.committed[act_id_of(transaction)] = answer[1]


def most_memory(process: "subprocess.Popen[bytes] | None") -> int:
    """The most memory that a process ever had, in MiB."""
    assert process is not None
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    (line,) = [each for each in lines if each.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def memory(net: Net) -> list[int]:
    """That of every ledger and engine."""
    return [most_memory(each) for node in net.nodes for each in (node.ledger, node.engine)]


def insist(node: NetworkNode, act: bytes) -> list[Any]:
    """Submit an act as a member's software does, again when there is no room."""
    end = time.monotonic() + FAULT_SECONDS
    with node.client() as client:
        while time.monotonic() < end:
            answer = client.answer(client.submit(act))
            if said(answer) == ACCEPTED:
                told: list[Any] = answer[1]
                return told
            assert said(answer) in FULL, answer
            time.sleep(0.05)
    raise AssertionError("there is never room")


def behave(net: Net, floods: Sequence[Flood]) -> list[int]:
    """Have one act after the other committed while the floods last; returns in how many blocks."""
    took: list[int] = []
    goal = net.nodes[3].height + FLOOD_BLOCKS
    while net.nodes[3].height < goal or not all(flood.waves for flood in floods):
        node, (act,) = net.nodes[(3, 0)[len(took) % 2]], net.fresh(1)
        begun = node.height
        told = insist(node, act)
        took.append(told[0] - begun)
        net.acknowledged[act_id_of(act)] = told
        assert all(each.ask("status")["waiting"] <= ROOM for each in net.nodes)
        assert all(flood.thread.is_alive() for flood in floods)
    return took


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_flood_leaves_room_for_an_honest_member(
    tmp_path: Path, market: Market, seed: int
) -> None:
    chance, stop = random.Random(seed), threading.Event()
    with four(tmp_path, market, settings=replace(QUICK, mempool_size=ROOM)) as net:
        net.commit(0, 2)
        share = TIMES * ROOM // (len(FLOODED) * CONNECTIONS)
        floods = [
            Flood(net.nodes[index], wave(chance, net.fresh(share)), stop)
            for index in FLOODED
            for _ in range(CONNECTIONS)
        ]
        before = memory(net)
        for flood in floods:
            flood.start()
        try:
            took = behave(net, floods)
        finally:
            stop.set()
        for flood in floods:
            flood.thread.join(FAULT_SECONDS)
            net.acknowledged.update(flood.committed)
        assert max(took) <= MOST_BLOCKS
        assert all(new - old < MOST_MEBIBYTES for old, new in zip(before, memory(net), strict=True))
        counted = sum((flood.answers for flood in floods), Counter[tuple[str, tuple[Kind, str]]]())
        for sort, answer in counted:
            assert answer in ANSWERS[sort]
        assert {answer for _, answer in counted} >= {ACCEPTED, (Kind.REJECTED, "HOLDER_OVER_QUOTA")}
        net.goes_on(0, 1, 2, 3)
        net.agree()

"""A known act with a garbage signature gets one verdict, whoever has verified the good one."""

import asyncio
import json
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.transition.act import Inadmissible
from cfi.node.consensus.cometbft.rpc import Call, EngineRpc
from cfi.node.link import Kind
from tests.effort import effort
from tests.faults.network.market import VALIDATORS, Market
from tests.faults.network.planted import FORGED, FORGES, KNOWN, with_plant
from tests.faults.network.running import FAULT_SECONDS, four
from tests.network.running import NetworkNode, until

TIMES: Final = effort(sample=1, soak=5)
EVERYONE: Final = range(VALIDATORS)
FORGER, OTHERS = 3, (0, 1, 2)
WHY: Final = "the signature doesn't verify under the strict rule"
VERDICT: Final = (Kind.REJECTED, ["BAD_SIGNATURE", WHY])


def submitted(node: NetworkNode, act: bytes) -> tuple[Kind, Any]:
    """What a node's ledger says of an act."""
    with node.client() as client:
        return client.answer(client.submit(act))


def gossiped(node: NetworkNode, act: bytes) -> object:
    """The code with which a node's engine takes an act, as if another engine had sent it."""

    async def ask() -> object:
        async with EngineRpc(node.home.engine_socket) as rpc:
            encoded = b64encode(act).decode()
            (answer,) = await rpc.ask([Call("broadcast_tx_sync", {"tx": encoded})])
            return answer.result.field("code").value

    return asyncio.run(ask())


def rejections(node: NetworkNode) -> list[str]:
    """Why a node's ledger rejected proposed blocks, each time."""
    told = [json.loads(line) for line in node.said().splitlines() if line.startswith("{")]
    return [line["reason"] for line in told if line.get("message") == "a proposed block is rejected"]


@pytest.mark.parametrize("time", range(TIMES))
def test_a_garbage_signature_is_refused_alike_by_who_knows_the_act_and_who_does_not(
    tmp_path: Path, market: Market, time: int
) -> None:
    with four(tmp_path, market) as net:
        net.commit(0, 3)
        net.goes_on(*EVERYONE)
        net.wires.part({0, 1}, {2, 3})
        warm, cold = net.nodes[time % 2], net.nodes[2 + time % 2]
        with warm.client() as client:
            tag = client.submit(KNOWN)
            until(lambda: warm.ask("status")["waiting"] == 1)
            for node in net.nodes:
                assert submitted(node, FORGED) == VERDICT
                assert gossiped(node, FORGED) == Inadmissible.BAD_SIGNATURE
            assert cold.ask("status")["waiting"] == 0
            net.wires.heal()
            net.acknowledged[act_id_of(KNOWN)] = client.committed(tag)
        net.goes_on(*EVERYONE)
        for node in net.nodes:
            assert submitted(node, FORGED) == VERDICT
        net.agree()


@pytest.mark.parametrize("time", range(TIMES))
def test_a_block_with_a_garbage_signature_is_rejected_by_all(
    tmp_path: Path, market: Market, time: int
) -> None:
    with four(tmp_path, market, {FORGER: with_plant(FORGES)}) as net:
        others = [net.nodes[index] for index in OTHERS]
        until(lambda: all(rejections(node) for node in others), seconds=FAULT_SECONDS)
        net.commit_these(time % len(OTHERS), [KNOWN])
        net.goes_on(*EVERYONE)
        before = [len(rejections(node)) for node in others]
        until(
            lambda: all(
                len(rejections(node)) > count for node, count in zip(others, before, strict=True)
            ),
            seconds=FAULT_SECONDS,
        )
        verdicts = {reason for node in others for reason in rejections(node)}
        assert verdicts == {f"inadmissible content: BAD_SIGNATURE: {WHY}"}
        net.commit(FORGER, 3)
        net.agree()

"""The gateway that a light client asks: replaced where it fails or lies, and never believed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfi.client.light.bisection import SyncError
from cfi.client.light.http import UnreachableError
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import LightBlock, light_block_from, light_block_json
from cfi.client.light.session import Session
from cfi.client.light.store import LightStore, NotBegunError
from cfi.client.light.sync import DivergedError
from cfi.client.light.verifier import TrustOptions
from cfi.contracts.wire.commits import commit_sign_bytes
from cfi.contracts.wire.headers import header_hash
from cfi.contracts.wire.signatures import sign
from tests.client.light.lying import Liar, no_genesis, nonsense, other_root, unsigned
from tests.client.light.test_session import ACCOUNT, KEY, begun, session_of
from tests.node.chain import VALIDATOR_SEED
from tests.node.gateway.running import run, running


class TestThePrimary:
    @pytest.mark.parametrize("change", [other_root, unsigned, no_genesis, nonsense])
    def test_is_replaced_by_a_witness_where_it_lies(
        self, tmp_path: Path, change: Callable[[str, Any], Any]
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted = await begun(honest, gateway)
                await gateway.height_of(4)
                store = LightStore(tmp_path / "l")
                async with Liar(gateway, change) as liar:
                    others = (gateway.base, gateway.base)
                    async with Session.opened(store, liar.base, others, None, KEY) as session:
                        synced = await session.sync(trusted)
                        assert session.gateway.base == gateway.base
                        assert [each.split(": ")[0] for each in session.replaced] == [liar.base]
                        assert synced.trusted.witnessed
                        assert (await session.statement(ACCOUNT))[0].verified

        run(work())

    def test_that_cannot_be_reached_is_replaced_and_nobody_left_is_an_error(
        self, tmp_path: Path
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted, nobody = await begun(honest, gateway), "http://127.0.0.1:9"
                store = LightStore(tmp_path / "l")
                async with Session.opened(store, nobody, (nobody, gateway.base)) as session:
                    synced = await session.sync(trusted)
                    assert len(session.replaced) == 2
                    assert not synced.trusted.witnessed
                async with Session.opened(store, nobody, (nobody,)) as session:
                    with pytest.raises(UnreachableError):
                        await session.sync(trusted)

        run(work())

    def test_is_not_asked_where_what_is_trusted_is_too_old(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted = await begun(honest, gateway)
                period = TrustOptions(trusting_period_nanos=1)
                store = LightStore(tmp_path / "l")
                async with Session.opened(store, gateway.base, (gateway.base,), period) as late:
                    with pytest.raises(SyncError, match="newer anchor"):
                        await late.sync(trusted)
                    assert late.replaced == []

        run(work())

    def test_that_shows_another_signed_history_halts_with_evidence_against_both(
        self, tmp_path: Path
    ) -> None:
        def forked(path: str, told: Any) -> Any:
            """Another last block, signed by the chain's own validator."""
            if "/headers/" not in path or told["signed_header"]["header"]["height"] == "1":
                return told
            block = light_block_from(JsonNode(told))
            return light_block_json(signed_again(block))

        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted = await begun(honest, gateway)
                await gateway.height_of(4)
                store = LightStore(tmp_path / "l")
                async with (
                    Liar(gateway, forked) as liar,
                    Session.opened(store, gateway.base, (liar.base,)) as session,
                ):
                    with pytest.raises(DivergedError) as caught:
                        await session.sync(trusted)
                assert [each.exists() for each in caught.value.kept] == [True, True]
                with pytest.raises(NotBegunError):
                    store.load()

        run(work())


def signed_again(block: LightBlock) -> LightBlock:
    """A block with another root, and the vote of the validator that signed it."""
    assert block.commit is not None
    header = replace(block.header, app_hash=bytes(32))
    block_id = replace(block.commit.block_id, header_hash=header_hash(header))
    commit = replace(block.commit, block_id=block_id)
    signature = sign(VALIDATOR_SEED, commit_sign_bytes(header.chain_id, commit, 0))
    vote = replace(commit.signatures[0], signature=signature)
    return replace(block, header=header, commit=replace(commit, signatures=(vote,)))

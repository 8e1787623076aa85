"""A light client against a running ledger: it begins, follows, states, and believes nobody."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfi.client.light.bisection import SyncError
from cfi.client.light.http import GatewayClient, GatewayRefusedError, UnreachableError
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.rows import read_shown_row
from cfi.client.light.session import Session, machine_now
from cfi.client.light.store import LightStore, NotBegunError, StoreError, Trusted
from cfi.client.light.sync import (
    BeginningError,
    DivergedError,
    begin_at_anchor,
    begin_at_genesis,
    genesis_fault,
    read_signed_anchor,
    sync_to,
)
from cfi.client.light.verifier import TrustOptions
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.headers import Timestamp, header_hash
from cfi.contracts.wire.officers import AnchorFile
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash, PublicKey
from cfi.contracts.wire.text import AccountId, Identifier
from cfi.genesis.officers import sign_anchor, verify_genesis
from tests.chains import chain, resigned, seconds
from tests.client.light.lying import Liar, no_genesis, no_movement, nonsense, other_root, unsigned
from tests.contracts.ledger import seed_of
from tests.genesis.founders import OFFICER_SEEDS, PLAN
from tests.node.chain import CHAIN_ID, COMPANY, USER_SEED, retire, transfer
from tests.node.gateway.running import OTHER, Running, run, running
from tests.spoilt import spoilt

ACCOUNT = AccountId(f"{COMPANY}/1")
KEY = SigningKey(USER_SEED)
OFFICERS = [PublicKey(each) for each in PLAN.officers]


def session_of(
    gateway: Running, folder: Path, witnesses: tuple[str, ...] = (), key: SigningKey | None = KEY
) -> AbstractAsyncContextManager[Session]:
    return Session.opened(LightStore(folder / "light"), gateway.base, witnesses, None, key)


async def begun(session: Session, gateway: Running) -> Trusted:
    first = await session.gateway.light_block(1)
    return begin_at_genesis(gateway.chain.genesis, first, machine_now(), session.options)


class TestBeginning:
    def test_from_the_signed_genesis_to_the_newest_header(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                height = await gateway.height_of(6)
                synced = await session.sync(await begun(session, gateway))
                assert synced.trusted.block.height >= height
                assert not synced.trusted.witnessed
                kept = LightStore(tmp_path / "light").load()
                assert kept == synced.trusted
                assert kept.genesis_hash == genesis_hash(verify_genesis(gateway.chain.genesis)[0])

        run(work())

    def test_what_is_no_beginning(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                first, second = [await session.gateway.light_block(each) for each in (1, 2)]
                signed, now, options = gateway.chain.genesis, machine_now(), session.options
                later = Timestamp(seconds=now.seconds + 15 * 86_400, nanos=0)
                unsigned = replace(first, commit=None)
                stranger = replace(first, header=replace(first.header, validators_hash=bytes(32)))
                for genesis, block, when, said in (
                    (spoilt(signed), first, now, "officer"),
                    (signed, second, now, "the first block is wanted"),
                    (signed, first, later, "older than the trusting period"),
                    (signed, unsigned, now, "commit is missing"),
                    (signed, stranger, now, "isn't of the validators"),
                ):
                    with pytest.raises(BeginningError, match=said):
                        begin_at_genesis(genesis, block, when, options)

        run(work())

    def test_an_anchor_that_the_officers_signed(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                await gateway.height_of(3)
                block = await session.gateway.light_block(3)
                now = machine_now()
                anchor = AnchorFile(
                    chain_id=Identifier(CHAIN_ID),
                    genesis_hash=genesis_hash(verify_genesis(gateway.chain.genesis)[0]),
                    height=Height(3),
                    header_hash=Hash(header_hash(block.header)),
                    time=Instant(now.seconds - 1),
                    period=Seconds(3_600),
                )
                data = sign_anchor(anchor, OFFICER_SEEDS[:2])
                assert read_signed_anchor(data, OFFICERS, 2, now) == anchor
                synced = await session.sync(begin_at_anchor(anchor, block))
                assert synced.trusted.block.height >= 3
                for wrong, said in (
                    (replace(anchor, height=Height(4)), "block 4"),
                    (replace(anchor, header_hash=Hash(bytes(32))), "not the one that the anchor"),
                ):
                    with pytest.raises(BeginningError, match=said):
                        begin_at_anchor(wrong, block)
                late = Timestamp(seconds=now.seconds + 3_600, nanos=0)
                for signed, when, threshold, said in (
                    (data, late, 2, "out of its time"),
                    (data, now, 3, "have to"),
                    (b"nothing", now, 2, "the anchor"),
                ):
                    with pytest.raises(BeginningError, match=said):
                        read_signed_anchor(signed, OFFICERS, threshold, when)
                other_genesis = replace(anchor, genesis_hash=Hash(bytes(32)))
                with pytest.raises(SyncError, match="another genesis"):
                    await session.sync(begin_at_anchor(other_genesis, block))

        run(work())


class TestWitnesses:
    def test_one_that_agrees_one_that_is_silent(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                silent = "http://127.0.0.1:9"
                async with session_of(gateway, tmp_path, (gateway.base + "/", silent)) as session:
                    synced = await session.sync(await begun(session, gateway))
                    assert synced.trusted.witnessed
                    assert synced.report.silent == (silent,)

        run(work())

    def test_one_with_another_block_signed_as_well_is_evidence(self) -> None:
        powers = {1: 10, 2: 10}
        blocks = chain([powers] * 6)
        other = [*blocks[:-1], resigned(blocks[-1], powers, app_hash=b"\x01" * 32)]
        trusted = Trusted(
            chain_id=blocks[0].header.chain_id, genesis_hash=b"", block=blocks[0], witnessed=False
        )
        target, now = blocks[-1].height, seconds(100)

        def source(listed: list[LightBlock]) -> Callable[[Height], LightBlock]:
            return lambda height: next(each for each in listed if each.height == height)

        agreed = sync_to(
            trusted, target, source(blocks), {"w": source(blocks)}, now, TrustOptions()
        )
        assert agreed.trusted.witnessed
        with pytest.raises(DivergedError, match="w has another block"):
            sync_to(trusted, target, source(blocks), {"w": source(other)}, now, TrustOptions())
        with pytest.raises(SyncError, match="behind"):
            sync_to(agreed.trusted, blocks[0].height, source(blocks), {}, now, TrustOptions())

    def test_trust_that_has_run_out_needs_a_newer_anchor(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                trusted = await begun(session, gateway)
                later = machine_now().seconds + 15 * 86_400
                session.now = lambda: Timestamp(seconds=later, nanos=0)
                with pytest.raises(SyncError, match="too old"):
                    await session.sync(trusted)

        run(work())


class TestStatements:
    def test_each_opens_with_the_closing_before(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                await session.sync(await begun(session, gateway))
                first, _ = await session.statement(ACCOUNT, seed=seed_of(ACCOUNT))
                assert first.mismatches == ()
                assert [each.incoming for each in first.movements] == [True]
                for act in (transfer(1), retire(2), retire(3)):
                    status, _ = await gateway.post("/v1/transactions?wait=1", act)
                    assert status == 200
                await gateway.height_of(gateway.chain.engine.height + 2)
                second, _ = await session.statement(ACCOUNT)
                assert second.verified
                assert second.opening == first.closing
                assert [each.tonnes for each in second.movements] == [100, 100, 100]
                whole, _ = await session.statement(ACCOUNT, from_start=True)
                assert len(whole.movements) == 4
                assert whole.closing.totals == second.closing.totals

        run(work())

    def test_a_height_that_is_no_longer_kept_is_asked_anew(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                await session.sync(await begun(session, gateway))
                ask, gone = session.gateway.get_signed, [True, True]

                async def late(target: str) -> JsonNode:
                    if "tables=" in target and gone and gone.pop():
                        raise GatewayRefusedError(410, "height-not-kept", "too late")
                    return await ask(target)

                session.gateway.get_signed = late  # type: ignore[method-assign]
                told, _ = await session.statement(ACCOUNT)
                assert told.verified
                gone += [True] * 3
                with pytest.raises(GatewayRefusedError, match="height-not-kept"):
                    await session.statement(ACCOUNT)

        run(work())

    def test_anothers_account_has_no_statement(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
                await session.sync(await begun(session, gateway))
                for account in (f"{OTHER}/1", "nobody/1"):
                    with pytest.raises(GatewayRefusedError) as caught:
                        await session.statement(AccountId(account))
                    assert caught.value.code == "unknown-owner"

        run(work())


class TestALyingServer:
    @pytest.mark.parametrize(
        "change", [other_root, unsigned, no_genesis], ids=lambda each: each.__name__
    )
    def test_its_headers_and_rows_are_not_believed(
        self, tmp_path: Path, change: Callable[[str, Any], Any]
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted = await begun(honest, gateway)
                await gateway.height_of(4)
                async with (
                    Liar(gateway, change) as liar,
                    Session.opened(LightStore(tmp_path / "l"), liar.base) as session,
                ):
                    with pytest.raises(SyncError):
                        await session.sync(trusted)
                with pytest.raises(NotBegunError):
                    LightStore(tmp_path / "l").load()

        run(work())

    def test_a_dropped_movement_is_named_and_nothing_is_kept(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                await honest.sync(await begun(honest, gateway))
                async with (
                    Liar(gateway, no_movement) as liar,
                    Session.opened(LightStore(tmp_path / "light"), liar.base, key=KEY) as session,
                ):
                    told, _ = await session.statement(ACCOUNT)
                assert "1 movements since the opening, 0 are shown" in told.mismatches
                assert LightStore(tmp_path / "light").load().closings == {}

        run(work())

    def test_nonsense_is_no_answer(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as honest:
                trusted = await begun(honest, gateway)
                async with (
                    Liar(gateway, nonsense) as liar,
                    Session.opened(LightStore(tmp_path / "l"), liar.base) as session,
                ):
                    with pytest.raises(UnreachableError):
                        await session.sync(trusted)
                async with GatewayClient("http://127.0.0.1:9") as nobody:
                    with pytest.raises(UnreachableError):
                        await nobody.get("/v1/status")

        run(work())


def test_a_chains_row_that_cannot_be_read_names_no_genesis() -> None:
    block = chain([{1: 10}])[0]
    trusted = Trusted(chain_id="x", genesis_hash=b"", block=block, witnessed=False)
    answer = JsonNode({"value": "00", "proof": ""})
    assert genesis_fault(answer, block.header, trusted) is not None


class TestTheClient:
    def test_a_gateway_that_answers_with_no_json_or_no_light_block(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                async with Liar(gateway, lambda *_: {}) as liar, GatewayClient(liar.base) as client:
                    with pytest.raises(UnreachableError, match="no light block"):
                        await client.light_block(1)
                async with GatewayClient(gateway.base) as client:
                    with pytest.raises(UnreachableError, match="doesn't answer as a gateway"):
                        await client.get("/metrics")
                    told = await client.submit(retire(7), wait=True)
                    assert told.field("committed").field("height").number(1, 99)
                async with GatewayClient(gateway.base, SigningKey(bytes(32))) as stranger:
                    with pytest.raises(GatewayRefusedError, match="no-live-key"):
                        await stranger.get_signed("/v1/accounts")

        run(work())

    def test_rows_that_cannot_be_read(self) -> None:
        for shown in (b"", b"\xff", b"\x31\x80"):
            with pytest.raises(CodecError):
                read_shown_row(shown)


class TestTheStore:
    def test_a_damaged_file_is_an_error_not_a_beginning(self, tmp_path: Path) -> None:
        file = tmp_path / "trusted.json"
        store = LightStore(tmp_path)
        with pytest.raises(NotBegunError):
            store.load()
        for text in ("{", "{}", '{"format": "cfi-light-1"}'):
            file.write_text(text)
            with pytest.raises(StoreError) as caught:
                store.load()
            assert not isinstance(caught.value, NotBegunError)

    def test_a_folder_that_cannot_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreError):
            LightStore(tmp_path / "file").load()

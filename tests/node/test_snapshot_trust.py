"""A snapshot against the next header, which a light client verifies."""

import asyncio
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from cfi.client.light.session import Session, machine_now
from cfi.client.light.store import LightStore
from cfi.client.light.sync import begin_at_genesis
from cfi.contracts.state.snapshot import encode_head
from cfi.contracts.wire.schema import Hash
from cfi.node.main import main
from cfi.node.snapshot_maker import freeze, make_at_once
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot
from tests.node.gateway.running import Running, run, running
from tests.node.snapshotting import chunks_of


async def verified(stored: StoredSnapshot, light: Path, gateway: Running) -> Result:
    """What the command says, from another thread: the gateway goes on."""
    trust = ["--light", str(light), "--gateway", gateway.base]
    arguments = ["snapshot", "verify", str(stored.folder), *trust, "--json"]
    return await asyncio.to_thread(CliRunner().invoke, main, arguments)


def with_other_results(stored: StoredSnapshot, folder: SnapshotFolder) -> StoredSnapshot:
    """The same state with results that never were, whose metadata agrees."""
    head = stored.head()
    other = encode_head(replace(head, results_hash=Hash(b"r" * 32)))
    (chunk,) = chunks_of(stored)
    draft = folder.begin(head.height)
    draft.add(other + chunk[len(encode_head(head)) :])
    return folder.publish(draft.finish())


def test_root_and_results_are_compared_with_the_verified_header(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(tmp_path / "node") as gateway:
            light = tmp_path / "light"
            light.mkdir()
            stored = make_at_once(
                freeze(gateway.chain.application), SnapshotFolder(tmp_path / "snapshots", 2)
            )
            async with Session.opened(LightStore(light), gateway.base) as session:
                await gateway.height_of(stored.told.height + 2)
                first = await session.gateway.light_block(1)
                signed = gateway.chain.genesis
                await session.sync(begin_at_genesis(signed, first, machine_now(), session.options))
            ended = await verified(stored, light, gateway)
            assert ended.exit_code == 0, ended.output
            forged = with_other_results(stored, SnapshotFolder(tmp_path / "forged", 2))
            ended = await verified(forged, light, gateway)
            assert (ended.exit_code, "not those of the next header" in ended.stderr) == (3, True)

    run(work())


def test_a_light_client_that_trusts_nothing_yet_is_told_how_to_begin(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(tmp_path / "node") as gateway:
            await gateway.height_of(1)
            stored = make_at_once(
                freeze(gateway.chain.application), SnapshotFolder(tmp_path / "snapshots", 2)
            )
            ended = await verified(stored, tmp_path, gateway)
            assert (ended.exit_code, "cfi light sync" in ended.stderr) == (2, True)

    run(work())

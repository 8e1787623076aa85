"""Making snapshots while the ledger goes on."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from cfi.node.queries import QuestionError
from cfi.node.snapshot_maker import BusyError, SnapshotMaker, freeze, make_at_once
from cfi.node.storage import snapshots
from cfi.node.storage.snapshots import SnapshotFolder
from tests.node.chain import Chain, make_chain, open_chain, transfer
from tests.node.snapshotting import chunks_of, files_below, folder_of, rebuilt

MOST_SECONDS = 20.0
BLOCKS = 4


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, MOST_SECONDS))


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 (files appear without an event)
        await asyncio.sleep(0.01)


def heights(folder: SnapshotFolder) -> list[int]:
    return [each.told.height for each in folder.all()]


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return make_chain(tmp_path, BLOCKS)


def test_it_is_of_the_height_that_was_committed_when_it_began(chain: Chain) -> None:
    async def work() -> None:
        folder, root = folder_of(chain), bytes(chain.application.app_hash)
        maker = SnapshotMaker(chain.application, folder, 0)
        assert maker.question({}) == {"height": BLOCKS}
        chain.make(transfer(900))
        assert chain.application.app_hash != root
        making = asyncio.create_task(maker.run())
        await until(lambda: heights(folder) == [BLOCKS])
        state, _ = rebuilt(folder.all()[0], root)
        assert state.height == BLOCKS
        making.cancel()

    run(work())


def test_each_multiple_of_the_interval_has_one_and_the_oldest_go(chain: Chain) -> None:
    async def work() -> None:
        folder = folder_of(chain)
        making = asyncio.create_task(SnapshotMaker(chain.application, folder, 3).run())
        for height in range(BLOCKS + 1, 16):
            chain.make()
            if not height % 3:
                await until(lambda height=height: height in heights(folder))  # type: ignore[misc]
        assert heights(folder) == [15, 12]
        making.cancel()

    run(work())


def test_one_at_a_time(chain: Chain) -> None:
    maker = SnapshotMaker(chain.application, folder_of(chain), 1)
    chain.make()
    with pytest.raises(BusyError, match="another snapshot"):
        maker.begin()
    with pytest.raises(QuestionError, match="another snapshot"):
        maker.question({})
    chain.make()
    assert maker._waiting.qsize() == 1


def test_before_the_first_block_there_is_none(tmp_path: Path) -> None:
    chain = open_chain(tmp_path)
    with pytest.raises(BusyError, match="no height yet"):
        SnapshotMaker(chain.application, folder_of(chain), 1).begin()


def test_a_full_disk_stops_the_snapshot_and_not_the_ledger(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError("no space left")

    async def work() -> None:
        folder = folder_of(chain)
        maker = SnapshotMaker(chain.application, folder, 0)
        making = asyncio.create_task(maker.run())
        with monkeypatch.context() as patch:
            patch.setattr(snapshots, "write_synced", full)
            maker.begin()
            await until(lambda: "can't be written" in caplog.text)
        await until(lambda: maker.idle)
        assert files_below(chain.folder / "snapshots") == {}
        maker.begin()
        await until(lambda: heights(folder) == [BLOCKS])
        making.cancel()

    run(work())


def test_what_a_dead_process_left_half_written_goes(chain: Chain) -> None:
    async def work() -> None:
        folder = folder_of(chain)
        folder.begin(2).add(b"half")
        making = asyncio.create_task(SnapshotMaker(chain.application, folder, 0).run())
        await until(lambda: files_below(chain.folder / "snapshots") == {})
        making.cancel()

    run(work())


def test_a_ledger_that_stops_leaves_no_half(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        folder, began = folder_of(chain), asyncio.Event()

        async def slow(*_: object) -> None:
            began.set()
            await asyncio.sleep(MOST_SECONDS)

        monkeypatch.setattr(asyncio, "to_thread", slow)
        maker = SnapshotMaker(chain.application, folder, 0)
        maker.begin()
        making = asyncio.create_task(maker.run())
        await began.wait()
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        assert list((chain.folder / "snapshots").iterdir()) == []

    run(work())


def test_at_once_it_leaves_nothing_where_the_disk_refuses(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(snapshots, "write_synced", full)
    with pytest.raises(OSError, match="no space"):
        make_at_once(freeze(chain.application), folder_of(chain))
    assert list((chain.folder / "snapshots").iterdir()) == []


def test_pythons_hash_seed_changes_no_byte(tmp_path: Path) -> None:
    told = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.node.test_snapshot_maker", str(tmp_path / seed)]
        ended = subprocess.run(
            command,
            capture_output=True,
            check=True,
            timeout=60,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        told.append(ended.stdout)
    assert told[0] == told[1]
    assert len(told[0]) > 1_000


if __name__ == "__main__":
    made = make_chain(Path(sys.argv[1]), BLOCKS)
    stored = make_at_once(freeze(made.application), folder_of(made))
    sys.stdout.write("".join(chunk.hex() for chunk in chunks_of(stored)))

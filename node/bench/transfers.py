"""Transfers a second, from signed bytes in the ledger's socket to the synced commit.

The transfers are signed before the clock starts and move different lots. The baseline is how many
signatures one core verifies a second. Both take turns, as a machine's speed can change meanwhile.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, harmonic_mean
from typing import Final

from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import transaction
from cfi.contracts.state.rows.custody import lot_id_of
from cfi.contracts.wire.envelope import open_frame
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.signatures import verify
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.processes import children_of, memory_mib
from cfi.node.bench.world import (
    CHAIN_ID,
    LOT_TONNES,
    VINTAGE,
    Sizes,
    account_id,
    first_serial,
    holder_of,
    seed_of,
)
from cfi.node.link import FrameReader, Kind, frame

_IN_FLIGHT: Final = 16_000
VALID_UNTIL: Final = 300
_A_SECOND: Final = 12_000
_VERIFIED_SAMPLE: Final = 4_000
_READ: Final = 1 << 20
_TURNS: Final = 5
_PATIENCE_SECONDS: Final = 600.0


def measure(accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Transfers a second against this machine's single-core verification rate."""
    sizes = Sizes(accounts, lots)
    signed = transfers_of(sizes, seconds)
    size = -(-len(signed) // _TURNS)
    portions = [signed[at : at + size] for at in range(0, len(signed), size)]
    verified, rates = [_verified_a_second(signed)], []
    with tempfile.TemporaryDirectory() as folder, running_ledger(Path(folder), sizes) as ledger:
        for portion in portions:
            rates.append(_rate_of(Path(folder), portion))
            verified.append(_verified_a_second(portion))
        memory = sum(map(memory_mib, (ledger.pid, *children_of(ledger.pid))))
    ratios = [
        rate * 2 / (before + after)
        for rate, before, after in zip(rates, verified, verified[1:], strict=False)
    ]
    conditions: dict[str, str | int] = {
        "accounts": accounts,
        "lots": lots,
        "transfers": len(signed),
        "ratio_of_each_turn": " ".join(f"{ratio:.2f}" for ratio in ratios),
        "cores": os.cpu_count() or 0,
        "python": sys.version.split()[0],
        "memory_mib": memory,
    }
    baseline = ("signatures verified a second on one core", fmean(verified))
    return [compared("transfers", harmonic_mean(rates), "1/s", baseline, conditions)]


def transfer(sizes: Sizes, number: int) -> bytes:
    """The signed transfer of a lot by number, into the next account of the same holder."""
    account = number % sizes.accounts
    lot = account * sizes.lots_of_account + number // sizes.accounts
    first = account - account % 100
    others = min(100, sizes.accounts - first)
    target = first + (account - first + 1) % others
    message = TransferLot(
        source=account_id(account),
        lot_id=lot_id_of(Instrument.XA, VINTAGE, first_serial(lot)),
        tonnes=LOT_TONNES,
        target=account_id(target),
    )
    nonce = number.to_bytes(16, "big")
    return transaction(
        SigningKey(seed_of(holder_of(account))), CHAIN_ID, message, VALID_UNTIL, nonce
    )


def _verified_a_second(signed: list[bytes]) -> float:
    sample = signed[:_VERIFIED_SAMPLE]
    begun = time.perf_counter()
    good = sum(map(is_signed, sample))
    assert good == len(sample), "the transfers are signed"
    return len(sample) / (time.perf_counter() - begun)


def is_signed(transaction: bytes) -> bool:
    """True if a transaction's signature is good; raises where the bytes are none."""
    opened = open_frame(transaction)
    return verify(opened.key, opened.signed, opened.signature)


def transfers_of(sizes: Sizes, seconds: float) -> list[bytes]:
    """Signed transfers, of different lots, for about so many seconds."""
    wanted = round(seconds * _A_SECOND)
    return signed_transfers(sizes, wanted)


def signed_transfers(sizes: Sizes, wanted: int) -> list[bytes]:
    """As many signed transfers, of different lots, or as many as there are lots."""
    there_are = sizes.lots_of_account * sizes.accounts
    return [transfer(sizes, number) for number in range(min(there_are, wanted))]


def load(home: Path, sizes: Sizes, signed: list[bytes]) -> float:
    """Transfers a second of a ledger in a new home."""
    with running_ledger(home, sizes):
        return _rate_of(home, signed)


@contextmanager
def running_ledger(home: Path, sizes: Sizes) -> Iterator["subprocess.Popen[bytes]"]:
    """A ledger with so much in it, in a process of its own that ends afterwards."""
    arguments = [str(home), str(sizes.accounts), str(sizes.lots)]
    command = [sys.executable, "-m", "cfi.node.bench.world", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as ledger:
        try:
            assert ledger.stdout is not None, "it was opened with a pipe"
            if ledger.stdout.readline() != b"ready\n":
                raise RuntimeError("the ledger did not start")
            yield ledger
        finally:
            ledger.terminate()


def _rate_of(home: Path, signed: list[bytes]) -> float:
    return asyncio.run(asyncio.wait_for(_load(home, signed), _PATIENCE_SECONDS))


async def _load(home: Path, signed: list[bytes]) -> float:
    reader, writer = await _connected(home / "ledger.sock")
    try:
        return await _rate(reader, writer, signed)
    finally:
        writer.close()


async def _rate(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, signed: list[bytes]
) -> float:
    frames = FrameReader()
    waiting: Iterator[tuple[int, bytes]] = enumerate(signed)
    begun = time.perf_counter()
    committed = 0
    _send(writer, waiting, _IN_FLIGHT)
    while committed < len(signed):
        data = await reader.read(_READ)
        if not data:
            raise RuntimeError("the ledger closed the socket")
        done = 0
        for kind, _, content in frames.feed(data):
            if kind == Kind.COMMITTED:
                done += 1
            elif kind != Kind.ADMITTED:
                raise RuntimeError(f"a transfer was not taken: {content!r}")
        committed += done
        _send(writer, waiting, done)
    return len(signed) / (time.perf_counter() - begun)


async def _connected(socket: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(600):
        try:
            return await asyncio.open_unix_connection(str(socket))
        except (FileNotFoundError, ConnectionRefusedError):
            await asyncio.sleep(0.1)
    raise RuntimeError("the ledger opens no socket")


def _send(writer: asyncio.StreamWriter, waiting: Iterator[tuple[int, bytes]], count: int) -> None:
    chosen = [
        frame(Kind.SUBMIT, number, signed)
        for number, signed in (next(waiting, (-1, b"")) for _ in range(count))
        if number >= 0
    ]
    if chosen:
        writer.write(b"".join(chosen))

"""Where `cfi audit` takes a history from: files, or a gateway that the auditor's key may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.audit.beginning import Beginning, begin_with
from cfi.client.audit.known_header import KnownHeader, read_known_header
from cfi.client.audit.network import NetworkSource, latest_header
from cfi.client.audit.sources import BadSourceError, read_records, source_bytes
from cfi.client.cli.passphrase import passphrase_of
from cfi.client.light.lightblock import format_light_block
from cfi.client.wallet.keystore import read_key
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.wire.block_file import BlockRecord

GENESIS_NAME: Final = "genesis.cbor"
_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A history that was opened: what it begins with, its blocks, and how much there is."""

    name: str
    genesis_file: bytes
    beginning: Beginning
    records: Iterable[BlockRecord]
    known: KnownHeader | None
    total: int
    """Bytes of a file, heights of a gateway: what the progress runs to."""
    by_height: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says of a history."""

    source: str
    genesis: Path | None
    genesis_hash: str | None
    header: Path | None
    key: Path | None
    passphrase_file: Path | None


def is_address(source: str) -> bool:
    """Whether a source is a gateway's address rather than a path."""
    return source.startswith(_SCHEMES)


def open_history(wanted: Wanted) -> History:
    """Open it; raises BadSourceError, GenesisError, KeystoreError, UnavailableError, OSError."""
    genesis_file = (wanted.genesis or _genesis_of(wanted.source)).read_bytes()
    beginning = _beginning(genesis_file, wanted.genesis_hash)
    known = None
    if wanted.header is not None:
        known = read_known_header(wanted.header.read_bytes(), beginning)
    if not is_address(wanted.source):
        path = Path(wanted.source)
        return History(
            name=wanted.source,
            genesis_file=genesis_file,
            beginning=beginning,
            records=read_records(path),
            known=known,
            total=source_bytes(path),
            by_height=False,
        )
    source, latest = open_gateway(wanted.source, wanted.key, wanted.passphrase_file)
    if known is None:
        known = read_known_header(latest, beginning)
    return History(
        name=wanted.source,
        genesis_file=genesis_file,
        beginning=beginning,
        records=source.records(),
        known=known,
        total=source.last,
        by_height=True,
    )


def open_gateway(
    address: str, key: Path | None, passphrase_file: Path | None
) -> tuple[NetworkSource, bytes]:
    """A gateway's blocks up to the one before its newest header, and that header, which confirms
    them; raises as open_history does.
    """
    if key is None:
        raise BadSourceError("a gateway shows blocks to auditors and validators only: give --key")
    signing = read_key(key, passphrase_of(passphrase_file))
    latest = latest_header(address)
    return NetworkSource(address, signing, latest.height - 1), format_light_block(latest)


def _beginning(genesis_file: bytes, known_hash: str | None) -> Beginning:
    try:
        beginning = begin_with(genesis_file)
    except GenesisError as error:
        raise GenesisError(f"the genesis is refused: {error}") from error
    if known_hash is not None and known_hash.lower() != beginning.genesis_hash.hex():
        raise GenesisError(
            f"the genesis file has the hash {beginning.genesis_hash.hex()}, not the given one"
        )
    return beginning


def _genesis_of(source: str) -> Path:
    if is_address(source):
        raise BadSourceError("a gateway's genesis is not believed: give --genesis")
    path = Path(source)
    if not path.exists():
        raise BadSourceError(f"{path} isn't there: look at its path")
    for folder in (path, *path.resolve().parents[:2]):
        if (folder / GENESIS_NAME).is_file():
            return folder / GENESIS_NAME
    raise BadSourceError(f"no {GENESIS_NAME} in {path} or above it; give --genesis")

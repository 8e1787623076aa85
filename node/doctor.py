"""`cfi doctor`: is what stands on the disk what was written?"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.wallet.keystore import KeystoreError, require_sound
from cfi.client.wallet.private_file import exposure
from cfi.node.assembly import read_home_genesis
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.home import Home, HomeError
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.ledger_store import LedgerStore

_FIRST: Final = 1
"""The first height of a chain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    sound: bool
    sentence: str


def examine(home: Home) -> list[Finding]:
    """Look at everything; nothing is changed but a torn last record, which was never signed."""
    looked_at = (_genesis, _blocks, _store, _validator, _key_files, _gateway)
    return [look(home) for look in looked_at]


def _genesis(home: Home) -> Finding:
    try:
        _, document = read_home_genesis(home)
    except HomeError as error:
        return Finding("genesis", sound=False, sentence=str(error))
    return Finding(
        "genesis", sound=True, sentence=f"chain {document.chain_id}, signatures verified"
    )


def _blocks(home: Home) -> Finding:
    try:
        files = BlockFiles(home.blocks, _last_signed(home), max(_restored_at(home), 1))
        count = sum(1 for _ in files.records())
        files.close()
    except (DamagedError, OSError) as error:
        sentence = f"{error}: restore the block files from another copy, never edit them"
        return Finding("blocks", sound=False, sentence=sentence)
    return Finding("blocks", sound=True, sentence=f"{count} blocks, every digest right")


def _restored_at(home: Home) -> int:
    """Where the blocks may begin; anywhere, where the store can't tell."""
    if not home.ledger.exists():
        return _FIRST
    try:
        database = Database(home.ledger)
    except (OSError, DamagedError):
        return sys.maxsize
    try:
        # Under CometBFT the first block kept is the one after.
        return LedgerStore(database).restored_at() + 1
    except DamagedError:
        return sys.maxsize
    finally:
        database.close()


def _last_signed(home: Home) -> int:
    """The last signed height; where it can't be known, so high that no tail is cut off."""
    try:
        return PrivateValidator(home.validator_key, home.validator_state).last.height
    except DamagedError:
        return sys.maxsize


def _store(home: Home) -> Finding:
    # Opening makes one, and a snapshot is restored only where none is.
    if not home.ledger.exists():
        return Finding("store", sound=True, sentence="none: the next start makes it")
    try:
        database = Database(home.ledger)
        try:
            store = LedgerStore(database)
            entries = store.scrub()
            loaded = store.load()
        finally:
            database.close()
    except OSError as error:
        return Finding("store", sound=False, sentence=f"{error}: the disk refuses, or a node runs")
    except DamagedError as error:
        sentence = (
            f"{error}: remove {home.ledger}; the next start rebuilds it if every block is here, "
            "else restore a snapshot"
        )
        return Finding("store", sound=False, sentence=sentence)
    if loaded is None:
        return Finding("store", sound=True, sentence="empty")
    state, _ = loaded
    sentence = f"{entries} entries, height {state.height}, root {state.app_hash.hex()}"
    return Finding("store", sound=True, sentence=sentence)


def _validator(home: Home) -> Finding:
    signer = home.settings().remote_signer
    if signer:
        return Finding("validator", sound=True, sentence=f"what connects to {signer} signs")
    try:
        validator = PrivateValidator(home.validator_key, home.validator_state)
    except DamagedError as error:
        return Finding("validator", sound=False, sentence=str(error))
    sentence = f"address {validator.address.hex().upper()}, last signed {validator.last.height}"
    return Finding("validator", sound=True, sentence=sentence)


def _gateway(home: Home) -> Finding:
    settings = home.settings()
    if settings.public_names:
        known = ", ".join(settings.public_names)
        return Finding("gateway", sound=True, sentence=f"asked as {known}, and as nothing else")
    if settings.tls_certificate:
        sentence = "a certificate but no public_names: who asks by its name is refused; set them"
        return Finding("gateway", sound=False, sentence=sentence)
    sentence = f"asked by its address: {settings.listen}; public_names gives it names"
    return Finding("gateway", sound=True, sentence=sentence)


def _key_files(home: Home) -> Finding:
    tls_key = home.settings().tls_key
    plain = [home.validator_key, home.node_key, home.admission_key]
    plain += [Path(tls_key)] if tls_key else []
    faults = [exposure(path) for path in plain]
    faults += [_keystore_fault(path) for path in sorted(home.keys.glob("*.json"))]
    told = [fault for fault in faults if fault is not None]
    sentence = "; ".join(told) or "their owner's alone"
    return Finding("keys", sound=not told, sentence=sentence)


def _keystore_fault(path: Path) -> str | None:
    try:
        require_sound(path)
    except KeystoreError as error:
        return str(error)
    return None

"""A node's home folder: where everything stands, its settings, and the lock on it."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.node.settings import (
    Settings,
    SettingsError,
    checked,
    read_settings,
    settings_text,
    with_environment,
)
from cfi.node.storage.atomic import write_atomically

ENVIRONMENT: Final = "CFI_HOME"
DEFAULT: Final = Path.home() / ".cfi"
_LONGEST_SOCKET: Final = 107
"""Bytes in the path of a Unix socket (Linux)."""


class HomeError(Exception):
    """The home can't be used; the sentence says why and what to do."""


class WrongInputError(HomeError):
    """What a command is given, settings too, can't be used; a line for each fault."""


class LockedError(HomeError):
    """Another process set runs in this home."""


def usable(settings: Settings) -> Settings:
    """The same settings; raises WrongInputError with a line for each fault."""
    try:
        return checked(settings)
    except SettingsError as error:
        raise WrongInputError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Home:
    """Paths in a home folder."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The commented settings; CometBFT would take a config.toml here for its own."""
        return self.root / "node.toml"

    @property
    def genesis_file(self) -> Path:
        """The signed genesis document."""
        return self.root / "genesis.cbor"

    @property
    def validator_key(self) -> Path:
        """The validator's key, in CometBFT's format."""
        return self.root / "config" / "priv_validator_key.json"

    @property
    def validator_state(self) -> Path:
        """What it last signed."""
        return self.root / "data" / "priv_validator_state.json"

    @property
    def admission_key(self) -> Path:
        """The seed that signs admission receipts."""
        return self.root / "config" / "admission.seed"

    @property
    def keys(self) -> Path:
        """Key files of the founding officers, until they are moved away."""
        return self.root / "keys"

    @property
    def ledger(self) -> Path:
        """The LevelDB store."""
        return self.root / "data" / "ledger"

    @property
    def blocks(self) -> Path:
        """The block files."""
        return self.root / "data" / "blocks"

    @property
    def snapshots(self) -> Path:
        """Snapshots of the state, a folder a height."""
        return self.root / "data" / "snapshots"

    @property
    def admissions(self) -> Path:
        """Admission receipts of a demo's acts, which are their signers' business elsewhere."""
        return self.root / "admissions"

    @property
    def quarantine(self) -> Path:
        """Transactions that raised an exception."""
        return self.root / "data" / "quarantine"

    @property
    def socket(self) -> Path:
        """The ledger's own socket."""
        return self.root / "run" / "ledger.sock"

    @property
    def engine_config(self) -> Path:
        """CometBFT's own settings, written anew at each start."""
        return self.root / "config" / "config.toml"

    @property
    def engine_genesis(self) -> Path:
        """CometBFT's genesis, derived from the signed one."""
        return self.root / "config" / "genesis.json"

    @property
    def node_key(self) -> Path:
        """The key by which peers know this node, in CometBFT's format."""
        return self.root / "config" / "node_key.json"

    @property
    def abci_socket(self) -> Path:
        """Where the ledger serves CometBFT."""
        return self.root / "run" / "abci.sock"

    @property
    def engine_socket(self) -> Path:
        """Where CometBFT answers the ledger."""
        return self.root / "run" / "engine.sock"

    @property
    def lock_file(self) -> Path:
        """Locked while a process set runs."""
        return self.root / "run" / "lock"

    def require_free(self) -> None:
        """Raise HomeError where anything stands already: a home writes over nobody's keys."""
        self._require_no_chain()
        require_empty(self.root)

    def create(self, settings: Settings) -> None:
        """Make the folders and the settings; raises HomeError where a chain stands already."""
        self._require_no_chain()
        for folder in (self.validator_key, self.validator_state, self.lock_file):
            folder.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.keys, self.blocks):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        write_atomically(self.settings_file, settings_text(settings).encode())

    def require_short_path(self) -> None:
        """Raise HomeError where the sockets' paths would be longer than Linux takes."""
        room = _LONGEST_SOCKET - len(os.fsencode(self.socket.resolve()))
        if room < 0:
            raise HomeError(f"{self.root}: {-room} bytes too long for its sockets; move the home")

    def require(self) -> None:
        """Raise HomeError unless a node's folders are here: nothing is made where none was."""
        if not self.validator_key.parent.is_dir():
            raise HomeError(f"{self.root} is no home: run `cfi init --home {self.root}`")

    def require_data(self) -> None:
        """Raise HomeError where the data folder is gone, and with it what the validator signed."""
        folder = self.validator_state.parent
        if self.validator_key.parent.is_dir() and not folder.is_dir():
            raise HomeError(
                f"{folder} is gone, and what this validator last signed with it: restore it from "
                "the backup, or make another home by `cfi join`"
            )

    def settings(self) -> Settings:
        """The settings in force: the file's, and over them the environment's. Raises HomeError
        where there is no home, WrongInputError with a line for each fault.
        """
        path = self.settings_file
        try:
            written = read_settings(path.read_bytes().decode())
        except FileNotFoundError as error:
            raise HomeError(f"{self.root} is no home: run `cfi init --home {self.root}`") from error
        except SettingsError as error:
            faults = str(error).splitlines()
            raise WrongInputError("\n".join(f"{path}: {fault}" for fault in faults)) from error
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise WrongInputError(f"{path}: {reason}") from error
        try:
            return with_environment(written, os.environ)
        except SettingsError as error:
            raise WrongInputError(str(error)) from error

    def lock(self) -> int:
        """Take the home for this process; the returned descriptor holds it; raises LockedError."""
        self.lock_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.lock_file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise LockedError(f"a node runs in {self.root}: stop it first") from error
        return descriptor

    def _require_no_chain(self) -> None:
        if self.genesis_file.exists():
            raise HomeError(f"{self.root} has a chain already; choose another --home")


def require_empty(folder: Path) -> None:
    """Raise HomeError where a folder holds anything, OSError where it can't be looked into."""
    if folder.exists() and any(folder.iterdir()):
        raise HomeError(
            f"{folder} is not empty: choose a new folder; if what a broken-off command left is all "
            "there is in it, remove it and begin again"
        )

"""A node's home folder: where everything stands, its settings, and the lock on it."""

import fcntl
import os
import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from cfi.node.storage.atomic import write_atomically

ENVIRONMENT: Final = "CFI_HOME"
DEFAULT: Final = Path.home() / ".cfi"

_TEMPLATE: Final = """\
# Settings of this node. A flag wins over the environment, which wins over this file.

# Where the gateway listens. Loopback unless you say otherwise.
listen = "{listen}"

# Seconds between signs of life when nothing happens.
empty_block_seconds = {empty_block_seconds}

# debug, info, warning or error.
log_level = "{log_level}"
"""


class HomeError(Exception):
    """The home can't be used; the sentence says why and what to do."""


class LockedError(HomeError):
    """Another process set runs in this home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may choose."""

    listen: str = "127.0.0.1:8470"
    empty_block_seconds: float = 10.0
    log_level: str = "info"


_NAMES: Final = tuple(field.name for field in fields(Settings))


@dataclass(frozen=True, slots=True)
class Home:
    """Paths in a home folder."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The commented settings."""
        return self.root / "config.toml"

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
    def quarantine(self) -> Path:
        """Transactions that raised an exception."""
        return self.root / "data" / "quarantine"

    @property
    def socket(self) -> Path:
        """The ledger's own socket."""
        return self.root / "run" / "ledger.sock"

    @property
    def lock_file(self) -> Path:
        """Locked while a process set runs."""
        return self.root / "run" / "lock"

    def create(self, settings: Settings) -> None:
        """Make the folders and the settings; raises HomeError where a chain stands already."""
        if self.genesis_file.exists():
            raise HomeError(f"{self.root} has a chain already; choose another --home")
        for folder in (self.validator_key, self.validator_state, self.lock_file):
            folder.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.keys, self.blocks):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        write_atomically(self.settings_file, settings_text(settings).encode())

    def require(self) -> None:
        """Raise HomeError unless a node's folders are here: nothing is made where none was."""
        if not self.validator_key.parent.is_dir():
            raise HomeError(f"{self.root} is no home: run `cfi init --home {self.root}`")

    def settings(self) -> Settings:
        """The settings file; raises HomeError with the nearest name for an unknown one."""
        try:
            content = tomllib.loads(self.settings_file.read_text())
        except FileNotFoundError as error:
            raise HomeError(f"{self.root} is no home: run `cfi init --home {self.root}`") from error
        except (OSError, ValueError) as error:
            raise HomeError(f"{self.settings_file}: {error}") from error
        return _settings_of(content, self.settings_file)

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


def settings_text(settings: Settings) -> str:
    """The settings file, commented."""
    return _TEMPLATE.format(
        listen=settings.listen,
        empty_block_seconds=settings.empty_block_seconds,
        log_level=settings.log_level,
    )


def _settings_of(content: dict[str, Any], path: Path) -> Settings:
    known = Settings()
    for name, value in content.items():
        if name not in _NAMES:
            near = get_close_matches(name, _NAMES, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise HomeError(f"{path}: unknown setting {name}{hint}")
        kind = (int, float) if isinstance(getattr(known, name), float) else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise HomeError(f"{path}: {name} has the wrong type")
    return Settings(**content)

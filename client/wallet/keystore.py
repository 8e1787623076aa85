"""Keystore files: one Ed25519 seed each, encrypted under a passphrase.

Argon2id makes the key, XSalsa20-Poly1305 encrypts. The parameters stand in the file; a file that
asks for less than ours is refused, so that nobody weakens it unseen.
"""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nacl import pwhash, secret, utils
from nacl.exceptions import CryptoError
from typing_extensions import override

from cfi.contracts.wire.signatures import public_key_of, sign

_FORMAT: Final = "cfi-keystore-1"
_SALT_BYTES: Final = pwhash.argon2id.SALTBYTES
_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Hardness:
    """How much work it is to try a passphrase: passes over memory, and bytes of memory."""

    passes: int
    memory: int


USUAL: Final = Hardness(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
LEAST: Final = Hardness(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)


class KeystoreError(Exception):
    """A key file can't be used; the sentence says why."""


class KeyExistsError(KeystoreError):
    """A file stands where a key is to be written."""


class WrongPassphraseError(KeystoreError):
    """The passphrase doesn't open the file."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that can sign. It is never printed."""

    seed: bytes

    @override
    def __repr__(self) -> str:
        return f"SigningKey({self.public_key.hex()})"

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return public_key_of(self.seed)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return sign(self.seed, message)


def new_key() -> SigningKey:
    """A key from the machine's randomness."""
    return SigningKey(os.urandom(32))


def write_key(path: Path, key: SigningKey, passphrase: bytes, hardness: Hardness = USUAL) -> None:
    """Write a new key file, readable by its owner alone; raises KeyExistsError where one stands,
    OSError.
    """
    salt = utils.random(_SALT_BYTES)
    box = secret.SecretBox(_derived(passphrase, salt, hardness))
    content = {
        "format": _FORMAT,
        "public_key": key.public_key.hex(),
        "kdf": "argon2id",
        "passes": hardness.passes,
        "memory_bytes": hardness.memory,
        "salt": _text(salt),
        "encrypted_seed": _text(bytes(box.encrypt(key.seed))),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE)
    except FileExistsError as error:
        raise KeyExistsError(f"{path} is there already; a key is never overwritten") from error
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path, passphrase: bytes) -> SigningKey:
    """Open a key file; raises KeystoreError, WrongPassphraseError."""
    content = _content(path)
    try:
        hardness = Hardness(int(content["passes"]), int(content["memory_bytes"]))
        salt = base64.b64decode(content["salt"], validate=True)
        encrypted = base64.b64decode(content["encrypted_seed"], validate=True)
        known = bytes.fromhex(content["public_key"])
    except (KeyError, ValueError, TypeError) as error:
        raise KeystoreError(f"{path} is no key file of ours: {error}") from error
    if hardness.passes < LEAST.passes or hardness.memory < LEAST.memory:
        raise KeystoreError(f"{path} asks for less work than a key file may")
    try:
        seed = secret.SecretBox(_derived(passphrase, salt, hardness)).decrypt(encrypted)
    except (CryptoError, ValueError, TypeError) as error:
        raise WrongPassphraseError(f"the passphrase doesn't open {path}") from error
    key = SigningKey(seed)
    if key.public_key != known:
        raise KeystoreError(f"{path} names another public key than it holds")
    return key


def public_key_in(path: Path) -> bytes:
    """The public key that a key file names; needs no passphrase; raises KeystoreError."""
    try:
        return bytes.fromhex(_content(path)["public_key"])
    except (KeyError, ValueError, TypeError) as error:
        raise KeystoreError(f"{path} is no key file of ours: {error}") from error


def _content(path: Path) -> Any:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise KeystoreError(f"{path} can't be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise KeystoreError(f"{path} is no key file of ours")
    return content


def _derived(passphrase: bytes, salt: bytes, hardness: Hardness) -> bytes:
    return pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE, passphrase, salt, hardness.passes, hardness.memory
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()

"""Keystore files: one Ed25519 seed each, encrypted under a passphrase.

Argon2id makes the key, XSalsa20-Poly1305 encrypts. The parameters stand in the file; a file that
asks for less than the least is refused, so that nobody weakens it unseen, and one that asks for
more than the most, so that nobody exhausts the machine by it. So is one that others can read.
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

from cfi.client.wallet.private_file import exposure
from cfi.contracts.wire.signatures import KEY_BYTES, public_key_of, sign

_FORMAT: Final = "cfi-keystore-1"
_SALT_BYTES: Final = pwhash.argon2id.SALTBYTES
_MODE: Final = 0o600
_MOST_FILE_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Hardness:
    """How much work it is to try a passphrase: passes over memory, and bytes of memory."""

    passes: int
    memory: int

    @override
    def __str__(self) -> str:
        return f"{self.passes} passes over {self.memory:,} bytes"


USUAL: Final = Hardness(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
LEAST: Final = Hardness(passes=2, memory=19 * 1024 * 1024)
"""The least that OWASP's Password Storage Cheat Sheet asks of Argon2id."""
MOST: Final = Hardness(passes=8, memory=512 * 1024 * 1024)
"""Twice the memory of the usual: a few seconds, on a small machine too."""


class KeystoreError(Exception):
    """A key file can't be used; the sentence says why."""


class KeyExistsError(KeystoreError):
    """A file stands where a key is to be written."""


class WrongPassphraseError(KeystoreError):
    """The passphrase doesn't open the file."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What a key file holds."""

    hardness: Hardness
    salt: bytes
    encrypted: bytes
    public_key: bytes


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
    sealed = _sealed(path)
    try:
        derived = _derived(passphrase, sealed.salt, sealed.hardness)
        seed = secret.SecretBox(derived).decrypt(sealed.encrypted)
    except (CryptoError, ValueError, TypeError) as error:
        raise WrongPassphraseError(f"the passphrase doesn't open {path}") from error
    key = SigningKey(seed)
    if key.public_key != sealed.public_key:
        raise KeystoreError(f"{path} names another public key than it holds")
    return key


def require_sound(path: Path) -> None:
    """Raise KeystoreError unless a key file may be opened; needs no passphrase."""
    _sealed(path)


def public_key_in(path: Path) -> bytes:
    """The public key that a key file names; needs no passphrase; raises KeystoreError."""
    return _public_key(path, _content(path))


def _sealed(path: Path) -> _Sealed:
    """What a file holds, if it is as hard as a key file has to be and its owner's alone; raises
    KeystoreError.
    """
    content = _content(path)
    exposed = exposure(path)
    if exposed is not None:
        raise KeystoreError(exposed)
    try:
        hardness = Hardness(int(content["passes"]), int(content["memory_bytes"]))
        salt = base64.b64decode(content["salt"], validate=True)
        encrypted = base64.b64decode(content["encrypted_seed"], validate=True)
    except (KeyError, ValueError, TypeError) as error:
        raise KeystoreError(f"{path} is no key file of ours: {error}") from error
    if hardness.passes < LEAST.passes or hardness.memory < LEAST.memory:
        raise KeystoreError(f"{path} asks for {hardness}, less work than the least: {LEAST}")
    if hardness.passes > MOST.passes or hardness.memory > MOST.memory:
        raise KeystoreError(f"{path} asks for {hardness}, more work than the most: {MOST}")
    return _Sealed(hardness, salt, encrypted, _public_key(path, content))


def _public_key(path: Path, content: Any) -> bytes:
    try:
        public_key = bytes.fromhex(content["public_key"])
    except (KeyError, ValueError, TypeError) as error:
        raise KeystoreError(f"{path} is no key file of ours: {error}") from error
    if len(public_key) != KEY_BYTES:
        raise KeystoreError(f"{path} is no key file of ours: the public key has 32 bytes")
    return public_key


def _content(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_FILE_BYTES)
        content = json.loads(text)
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

"""The validator's key and what it last signed, in CometBFT's own files, so that a ledger can grow
onto CometBFT with the same key.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cfi.client.wallet.consensus_key import ConsensusKeyError, read_consensus_key
from cfi.contracts.wire.signatures import public_key_of, sign, verify
from cfi.contracts.wire.validators import address_of
from cfi.node.storage.atomic import write_atomically
from cfi.node.storage.database import DamagedError

_PRECOMMIT_STEP = 3
_KEY_TYPE = "tendermint/PrivKeyEd25519"
_PUBLIC_TYPE = "tendermint/PubKeyEd25519"


class DoubleSignError(DamagedError):
    """Signing was asked for other bytes at a height that was signed before: never done."""


@dataclass(frozen=True, slots=True)
class LastSigned:
    """The last vote: its height, the bytes and the signature."""

    height: int
    sign_bytes: bytes
    signature: bytes


class PrivateValidator:
    """Signs one vote a height; the vote is on the disk before its signature leaves."""

    def __init__(self, key_path: Path, state_path: Path) -> None:
        self._seed = _read_key(key_path)
        self._state_path = state_path
        self.public_key = public_key_of(self._seed)
        self.address = address_of(self.public_key)
        self.last = _read_state(state_path, self.public_key)

    def sign_vote(self, height: int, sign_bytes: bytes) -> bytes:
        """The signature of a vote; the same bytes again give the same signature; raises
        DoubleSignError for others.
        """
        if height < self.last.height or (
            height == self.last.height and sign_bytes != self.last.sign_bytes
        ):
            raise DoubleSignError(f"height {height} was signed before with other content")
        if height == self.last.height:
            return self.last.signature
        signature = sign(self._seed, sign_bytes)
        last = LastSigned(height, sign_bytes, signature)
        write_atomically(self._state_path, _state_json(last))
        self.last = last
        return signature

    def sign_again(self, sign_bytes: bytes) -> bytes:
        """The signature of a vote on a block that the files already hold; Ed25519 gives the same
        one as then.
        """
        return sign(self._seed, sign_bytes)


def write_key(path: Path, seed: bytes) -> None:
    """Write a validator key file in CometBFT's format."""
    public_key = public_key_of(seed)
    content = {
        "address": address_of(public_key).hex().upper(),
        "pub_key": {"type": _PUBLIC_TYPE, "value": _base64(public_key)},
        "priv_key": {"type": _KEY_TYPE, "value": _base64(seed + public_key)},
    }
    write_atomically(path, json.dumps(content, indent=2).encode())


def write_fresh_state(path: Path) -> None:
    """Write the state of a validator that has signed nothing."""
    write_atomically(path, json.dumps({"height": "0", "round": 0, "step": 0}, indent=2).encode())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _state_json(last: LastSigned) -> bytes:
    content = {
        "height": str(last.height),
        "round": 0,
        "step": _PRECOMMIT_STEP,
        "signature": _base64(last.signature),
        "signbytes": last.sign_bytes.hex().upper(),
    }
    return json.dumps(content, indent=2).encode()


def _read_key(path: Path) -> bytes:
    try:
        return read_consensus_key(path)
    except ConsensusKeyError as error:
        raise DamagedError(str(error)) from error


def _read_state(path: Path, public_key: bytes) -> LastSigned:
    try:
        content = json.loads(path.read_text())
        signature = base64.b64decode(content.get("signature", ""), validate=True)
        last = LastSigned(
            int(content["height"]), bytes.fromhex(content.get("signbytes", "")), signature
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(
            f"the signing state {path} can't be read: {error}; never delete it"
        ) from error
    fresh = last == LastSigned(0, b"", b"")
    if not fresh and not verify(public_key, last.sign_bytes, signature):
        raise DamagedError(f"the signing state {path} holds no vote of this key; never delete it")
    return last

"""A validator's key file, in CometBFT's own format."""

import base64
import json
from pathlib import Path
from typing import Final

from cfi.contracts.wire.signatures import KEY_BYTES, public_key_of

_SECRET_BYTES: Final = 64


class ConsensusKeyError(ValueError):
    """The file holds no validator's key."""


def read_consensus_key(path: Path) -> bytes:
    """The 32-byte seed in a validator's key file; raises ConsensusKeyError."""
    try:
        content = json.loads(path.read_text())
        secret = base64.b64decode(content["priv_key"]["value"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConsensusKeyError(f"the validator key {path} can't be read: {error}") from error
    seed = secret[:KEY_BYTES]
    if len(secret) != _SECRET_BYTES or public_key_of(seed) != secret[KEY_BYTES:]:
        raise ConsensusKeyError(f"the validator key {path} is no Ed25519 key")
    return seed

"""The key by which a node's peers know it, in CometBFT's own file.  (CometBFT 0.38)"""

import base64
import json
from pathlib import Path

from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.validators import address_of
from cfi.node.storage.atomic import write_atomically
from cfi.node.storage.database import DamagedError

_TYPE = "tendermint/PrivKeyEd25519"
_SECRET_BYTES = 64


def write_node_key(path: Path, seed: bytes) -> None:
    """Write the key of a 32-byte seed; raises OSError."""
    secret = base64.b64encode(seed + public_key_of(seed)).decode()
    content = {"priv_key": {"type": _TYPE, "value": secret}}
    write_atomically(path, json.dumps(content).encode())


def node_id_of(seed: bytes) -> str:
    """The node's id: the first 20 bytes of SHA-256 of its public key, in hex."""
    return address_of(public_key_of(seed)).hex()


def read_node_id(path: Path) -> str:
    """The id of the node with this key file; raises DamagedError."""
    try:
        content = json.loads(path.read_text())
        secret = base64.b64decode(content["priv_key"]["value"], validate=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"the node key {path} can't be read: {error}") from error
    if len(secret) != _SECRET_BYTES or public_key_of(secret[:32]) != secret[32:]:
        raise DamagedError(f"the node key {path} is no Ed25519 key")
    return node_id_of(secret[:32])

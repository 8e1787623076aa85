"""The frozen Ed25519 vectors, each with its verdicts by both rules."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[2] / "vectors" / "ed25519.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A signature, whether the ledger's rule takes it and whether ZIP-215 does."""

    sentence: str
    public_key: bytes
    message: bytes
    signature: bytes
    strict: bool
    zip215: bool


VECTORS: Final = [
    Vector(
        sentence=each["sentence"],
        public_key=bytes.fromhex(each["public_key"]),
        message=bytes.fromhex(each["message"]),
        signature=bytes.fromhex(each["signature"]),
        strict=each["strict"],
        zip215=each["zip215"],
    )
    for each in json.loads(FILE.read_text())
]

"""What a light client keeps between runs: the chain, the last header it verified, its closings, and
the admission receipts of its acts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from cfi.client.files import write_atomically
from cfi.client.light.admissions import FOLDER, admission_name
from cfi.client.light.evidence_json import format_evidence
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.lightblock import (
    LightBlock,
    UnsoundError,
    light_block_from,
    light_block_json,
)
from cfi.client.light.statement import Closing
from cfi.contracts.wire.evidence import Evidence

_FORMAT: Final = "cfi-light-1"
_FILE: Final = "trusted.json"
_GREATEST: Final = 2**63 - 1


class StoreError(Exception):
    """The trusted state can't be read or written; the sentence says why."""


class NotBegunError(StoreError):
    """Nothing is trusted here yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What was verified here."""

    chain_id: str
    genesis_hash: bytes
    block: LightBlock
    witnessed: bool
    """Whether a witness had the same block."""
    closings: Mapping[str, Closing] = field(default_factory=dict)
    """The last verified closing by account."""

    def with_closing(self, account_id: str, closing: Closing) -> "Trusted":
        """The same with a newer closing of an account."""
        return replace(self, closings={**self.closings, account_id: closing})


class LightStore:
    """Trusted state in a folder, replaced whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def load(self) -> Trusted:
        """What is trusted; raises NotBegunError, StoreError."""
        try:
            text = self._path.read_bytes()
        except FileNotFoundError as error:
            raise NotBegunError(f"nothing is trusted in {self._path.parent} yet") from error
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error
        try:
            return _read(JsonNode.parse(text))
        except (MalformedError, UnsoundError) as error:
            raise StoreError(f"{self._path}: {error}") from error

    def save(self, trusted: Trusted) -> None:
        """Replace what is trusted; raises StoreError."""
        text = json.dumps(_document(trusted), indent=1).encode() + b"\n"
        _kept(self._path, text)

    def save_admission(self, receipt: bytes) -> Path:
        """Keep a node's admission receipt; raises StoreError, CodecError."""
        return _kept(self._path.parent / FOLDER / admission_name(receipt), receipt)

    def save_evidence(self, evidence: Evidence) -> Path:
        """Keep a piece of evidence for the Exchange, in CometBFT's JSON; raises StoreError."""
        text = format_evidence(evidence) + b"\n"
        name = f"evidence-{evidence.height}-{sha256(text).hexdigest()[:16]}.json"
        return _kept(self._path.with_name(name), text)


def _read(node: JsonNode) -> Trusted:
    if node.field("format").text() != _FORMAT:
        raise node.fault(f"not a file of {_FORMAT}")
    closings = node.field("closings")
    named = closings.value if isinstance(closings.value, dict) else {}
    return Trusted(
        chain_id=node.field("chain_id").text(),
        genesis_hash=node.field("genesis_hash").hexadecimal(),
        block=light_block_from(node.field("block")),
        witnessed=node.field("witnessed").value is True,
        closings={name: _closing_from(closings.field(name)) for name in sorted(named)},
    )


def _document(trusted: Trusted) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "chain_id": trusted.chain_id,
        "genesis_hash": trusted.genesis_hash.hex(),
        "block": light_block_json(trusted.block),
        "witnessed": trusted.witnessed,
        "closings": {name: _closing_json(each) for name, each in sorted(trusted.closings.items())},
    }


def _closing_from(node: JsonNode) -> Closing:
    return Closing(
        height=node.field("height").number(0, _GREATEST),
        movement_count=node.field("movement_count").number(0, _GREATEST),
        movement_chain=node.field("movement_chain").hexadecimal(),
        totals=tuple(_total_from(each) for each in node.field("totals").items()),
    )


def _total_from(node: JsonNode) -> tuple[int, int, int]:
    names = ("instrument", "vintage", "tonnes")
    instrument, vintage, tonnes = (node.field(name).number(0, _GREATEST) for name in names)
    return instrument, vintage, tonnes


def _closing_json(closing: Closing) -> dict[str, object]:
    return {
        "height": closing.height,
        "movement_count": closing.movement_count,
        "movement_chain": closing.movement_chain.hex(),
        "totals": [
            {"instrument": instrument, "vintage": vintage, "tonnes": tonnes}
            for instrument, vintage, tonnes in closing.totals
        ],
    }


def _kept(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    return path

"""Admission receipts as a client keeps them, a file each, for an auditor.  (ours 0042)"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from cfi.contracts.wire.admission import (
    MAX_RECEIPT_BYTES,
    Admission,
    is_genuine,
    read_admission,
)
from cfi.contracts.wire.codec import CodecError

FOLDER: Final = "admissions"
SUFFIX: Final = ".admission"
_DIGITS: Final = 16


class NoEvidenceError(Exception):
    """What a gateway gave isn't a node's signed word that it took the act."""


def receipt_for(data: bytes, act_id: bytes, chain_id: str) -> Admission:
    """The receipt, if its signature verifies and it is for this act on this chain; whose its key is
    the ledger says. Raises NoEvidenceError.
    """
    try:
        admission = read_admission(data)
    except CodecError as error:
        raise NoEvidenceError(f"malformed: {error}") from error
    if admission.act_id != act_id:
        raise NoEvidenceError("it is for another act")
    if admission.chain_id != chain_id:
        raise NoEvidenceError(f"it is for chain {admission.chain_id}")
    if not is_genuine(admission):
        raise NoEvidenceError("its signature does not verify")
    return admission


def admission_name(data: bytes) -> str:
    """The name of a receipt's file, which no other receipt's has: its act, and a digest."""
    act_id = read_admission(data).act_id.hex()
    return f"{act_id}-{sha256(data).hexdigest()[:_DIGITS]}{SUFFIX}"


def kept_admissions(path: Path) -> list[tuple[str, bytes]]:
    """Name and bytes of the receipts in a file, in a folder of such files, or among a light
    client's; no more of a file than a receipt can have, and a byte. Raises OSError.
    """
    if not path.is_dir():
        return [(str(path), _start_of(path))]
    folder = path / FOLDER if (path / FOLDER).is_dir() else path
    return [(str(each), _start_of(each)) for each in sorted(folder.glob(f"*{SUFFIX}"))]


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_RECEIPT_BYTES + 1)

"""What an audit's report says beside its findings: who audited what, when, and with what.

The source's digest is the SHA-256 of its records in order, which is that of the file that
`cfi audit export` makes of it.
"""

import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import cfi.client
import cfi.contracts
import cfi.genesis
from cfi.client.audit.findings import Findings
from cfi.client.audit.report import findings_json
from cfi.client.light.moments import format_moment
from cfi.contracts.transition.dispatch import SUPPORTED_APP_VERSIONS
from cfi.contracts.wire.block_file import BlockRecord, encode_record
from cfi.contracts.wire.headers import Timestamp

PACKAGES: Final = ("cfi-ledger", "cbor2", "PyNaCl")
CHECKS: Final = (
    "the genesis is signed by enough of its officers",
    "each header follows from the one before",
    "each block's votes are of more than 2/3 of the power of its validators",
    "each transaction's signature verifies under the strict rule",
    "each act is decided by the rules as the ledger decided it",
    "each height's root and results are those of the next header",
    "evidence of misbehaviour is true",
    "an independent model agrees with accounts, supply and serials at each height",
)


@dataclass(slots=True)
class Digested:
    """Records on their way to the audit, counted and digested as they pass."""

    records: Iterable[BlockRecord]
    count: int = 0
    size: int = 0
    _digest: Any = field(default_factory=sha256)

    def __iter__(self) -> Iterator[BlockRecord]:
        for record in self.records:
            encoded = encode_record(record)
            self._digest.update(encoded)
            self.count += 1
            self.size += len(encoded)
            yield record

    @property
    def digest(self) -> str:
        """The SHA-256 of the records so far, in hex."""
        return str(self._digest.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who, what, when and with what."""

    auditor: str
    """As the auditor names itself; nothing here proves it."""
    began: str
    ended: str
    source: str
    source_sha256: str
    source_blocks: int
    source_bytes: int
    genesis_file_sha256: str
    rule_versions: list[int]
    software: dict[str, str]
    code_sha256: str


def provenance(
    *, auditor: str, began: Timestamp, ended: Timestamp, name: str, source: Digested, genesis: bytes
) -> Provenance:
    """The provenance of an audit by this program, of records that passed."""
    return Provenance(
        auditor=auditor,
        began=format_moment(began),
        ended=format_moment(ended),
        source=name,
        source_sha256=source.digest,
        source_blocks=source.count,
        source_bytes=source.size,
        genesis_file_sha256=sha256(genesis).hexdigest(),
        rule_versions=list(SUPPORTED_APP_VERSIONS),
        software={
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        code_sha256=code_digest(),
    )


def report_json(findings: Findings, made: Provenance) -> dict[str, Any]:
    """The whole report as JSON: provenance, the checks that were made, the findings."""
    return {
        "report": "cfi-audit/v1",
        "provenance": asdict(made),
        "checks": list(CHECKS),
        "findings": findings_json(findings),
    }


def code_digest() -> str:
    """The SHA-256 over the program's own files that an audit runs: each path, a zero, its bytes."""
    told = sha256()
    for package in (cfi.contracts, cfi.genesis, cfi.client):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            told.update(f"{package.__name__}/{path.relative_to(root)}".encode() + b"\x00")
            told.update(path.read_bytes())
    return told.hexdigest()

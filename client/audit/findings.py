"""What an audit finds: nothing, or the first disagreement.  (RB 2.7.4)"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cfi.contracts.wire.headers import BlockId, Timestamp

TEXT_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Where the history and its recomputation part: the height, what differs, and both values."""

    height: int
    what: str
    expected: str
    """What the rules, or the history so far, call for."""
    found: str


class DisagreementError(Exception):
    """The history says other than what follows from it."""

    def __init__(self, disagreement: Disagreement) -> None:
        super().__init__(f"height {disagreement.height}: {disagreement.what}")
        self.disagreement = disagreement


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was checked, and how it ended."""

    chain_id: str
    genesis_hash: str
    first_app_hash: str
    height: int = 0
    """The last height that agrees in everything."""
    header_hash: str = ""
    app_hash: str = ""
    """The root after that height."""
    transactions: int = 0
    done: int = 0
    refused: int = 0
    empty_blocks: int = 0
    commits: int = 0
    misbehaviour: int = 0
    """Offences of validators that evidence in blocks proves."""
    block_confirmed: bool = False
    """The last block's votes are known."""
    root_confirmed: bool = False
    """A header is known that carries the last height's root and results."""
    totals: list[dict[str, int]] = field(default_factory=list)
    """What the independent model counts at the end, by type and vintage."""
    disagreement: Disagreement | None = None

    @property
    def agrees(self) -> bool:
        """True unless something differs."""
        return self.disagreement is None


def shown(value: object) -> str:
    """A value as a finding prints it: bytes in hex, moments in UTC."""
    match value:
        case bytes():
            return value.hex() or "none"
        case Timestamp():
            return _moment(value)
        case BlockId():
            return (
                f"{shown(value.header_hash)} in {value.parts.total} parts {shown(value.parts.root)}"
            )
        case _:
            text = str(value)
            return text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN] + "..."


def same(height: int, what: str, expected: object, found: object) -> None:
    """Raise DisagreementError unless the two are equal."""
    if expected != found:
        raise DisagreementError(
            Disagreement(height=height, what=what, expected=shown(expected), found=shown(found))
        )


def _moment(time: Timestamp) -> str:
    try:
        day = datetime.fromtimestamp(time.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{time.seconds}.{time.nanos:09d} s"
    return f"{day}.{time.nanos:09d}Z"

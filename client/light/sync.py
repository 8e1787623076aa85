"""From what is trusted to the newest header: a beginning, the way there, and who else has it.

A client begins with the signed genesis while its period lasts, or with an anchor that the founding
officers signed. Nothing here opens a connection: blocks come from a `Fetch`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cfi.client.light.bisection import Fetch, SyncError, WitnessReport, ask_witnesses, sync
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.store import Trusted
from cfi.client.light.verifier import TrustOptions, Verdict, VerdictKind, is_expired, verify
from cfi.contracts.state.genesis import GenesisDocument, GenesisError, genesis_hash
from cfi.contracts.state.rows.governance import CHAIN
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.headers import Header, Timestamp, header_hash
from cfi.contracts.wire.officers import (
    ANCHOR_DOMAIN,
    AnchorFile,
    NotSignedError,
    read_anchor,
    read_signed_bytes,
    require_officers,
)
from cfi.contracts.wire.proofs import verify_membership
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.validators import Validator, ValidatorSet, validators_hash
from cfi.genesis.officers import verify_genesis


class BeginningError(Exception):
    """There is nothing to begin with that may be trusted; the sentence says why."""


class BadBeginningError(BeginningError):
    """A file isn't what it is given as."""


class DivergedError(Exception):
    """A witness has good evidence of another chain."""

    def __init__(self, report: WitnessReport) -> None:
        names = ", ".join(each.witness for each in report.divergences)
        height = report.divergences[0].conflicting.height
        super().__init__(f"{names} has another block at height {height}, signed well enough too")
        self.report = report
        self.kept: list[Path] = []
        """Files with the evidence against each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a run of synchronising verified."""

    trusted: Trusted
    headers_verified: int
    report: WitnessReport
    replaced: tuple[str, ...] = ()
    """Primaries that were given up on the way, and why."""


def read_signed_genesis(data: bytes) -> tuple[bytes, GenesisDocument]:
    """The document in a signed genesis file, as bytes and as value; raises BadBeginningError."""
    try:
        return verify_genesis(data)
    except GenesisError as error:
        raise BadBeginningError(f"the genesis is refused: {error}") from error


def begin_at_genesis(
    signed_genesis: bytes, first: LightBlock, now: Timestamp, options: TrustOptions
) -> Trusted:
    """Trust the first block by the signed genesis: its validators decided it, within the period.

    Raises BeginningError.
    """
    content, document = read_signed_genesis(signed_genesis)
    validators = ValidatorSet.of(
        Validator(public_key=each.key, voting_power=each.power) for each in document.validators
    )
    genesis_time = Timestamp(seconds=document.time, nanos=0)
    if first.height != 1:
        raise BeginningError(f"the first block is wanted, height {first.height} was given")
    if first.header.validators_hash != validators_hash(validators):
        raise BeginningError("the first block isn't of the validators that the genesis names")
    # The genesis stands in for the header before the first: same validators, its own time.
    before = LightBlock(
        header=replace(
            first.header,
            chain_id=document.chain_id,
            height=Height(0),
            time=Timestamp.of_nanos(genesis_time.total_nanos - 1),
            next_validators_hash=validators_hash(validators),
        ),
        commit=None,
        validator_set=validators,
    )
    verdict = verify(before, first, now, options)
    if not verdict.ok:
        raise BeginningError(f"the first block: {verdict.reason}")
    return Trusted(
        chain_id=document.chain_id,
        genesis_hash=genesis_hash(content),
        block=first,
        witnessed=False,
    )


def read_signed_anchor(
    data: bytes, officers: Sequence[PublicKey], threshold: int, now: Timestamp
) -> AnchorFile:
    """The anchor in a file that enough of the officers signed; raises BeginningError."""
    try:
        signed = read_signed_bytes(ANCHOR_DOMAIN, data)
        anchor = read_anchor(signed.content)
    except CodecError as error:
        raise BadBeginningError(f"the anchor is none: {error}") from error
    try:
        require_officers(ANCHOR_DOMAIN, signed, officers, threshold)
    except NotSignedError as error:
        raise BeginningError(f"the anchor: {error}") from error
    if not anchor.holds_at(now.seconds):
        raise BeginningError("the anchor is out of its time: get a newer one")
    return anchor


def begin_at_anchor(anchor: AnchorFile, block: LightBlock) -> Trusted:
    """Trust the block that an anchor names; raises BeginningError."""
    header = block.header
    if (header.chain_id, header.height) != (anchor.chain_id, anchor.height):
        raise BeginningError(f"block {anchor.height} of {anchor.chain_id} is wanted")
    if header_hash(header) != anchor.header_hash:
        raise BeginningError("the block is not the one that the anchor names")
    return Trusted(
        chain_id=anchor.chain_id,
        genesis_hash=anchor.genesis_hash,
        block=block,
        witnessed=False,
    )


def require_in_time(trusted: Trusted, now: Timestamp, options: TrustOptions) -> None:
    """Raise SyncError where what is trusted is older than the trusting period."""
    if is_expired(trusted.block.header, now, options):
        raise SyncError(
            trusted.block.height, _invalid("what is trusted is too old: begin with a newer anchor")
        )


def sync_to(
    trusted: Trusted,
    target: Height,
    fetch: Fetch,
    witnesses: Mapping[str, Fetch],
    now: Timestamp,
    options: TrustOptions,
) -> Synced:
    """Verify the way to a later height, then ask the witnesses; never goes back.

    Raises SyncError, UnavailableError, DivergedError.
    """
    if target < trusted.block.height:
        raise SyncError(target, _invalid("the source is behind what is trusted here"))
    require_in_time(trusted, now, options)
    trace = sync(trusted.block, target, fetch, now, options)
    report = ask_witnesses(trace, witnesses, now, options)
    if report.divergences:
        raise DivergedError(report)
    return Synced(
        trusted=replace(trusted, block=trace[-1], witnessed=report.witnessed),
        headers_verified=len(trace) - 1,
        report=report,
    )


def genesis_fault(answer: JsonNode, header: Header, trusted: Trusted) -> str | None:
    """Why a server's answer doesn't prove that this chain has the trusted genesis, or None.

    Raises MalformedError.
    """
    key = CHAIN.row_key(b"chain")
    value, proof = answer.field("value").hexadecimal(), answer.field("proof").hexadecimal()
    if not verify_membership(header.app_hash, proof, key, value):
        return "the chain's row is not under the header's root"
    try:
        row = CHAIN.schema.decode(value)
    except CodecError as error:
        return f"the chain's row can't be read: {error}"
    if (row.chain_id, row.genesis_hash) != (trusted.chain_id, trusted.genesis_hash):
        return "the chain has another genesis"
    return None


def _invalid(reason: str) -> Verdict:
    return Verdict(kind=VerdictKind.INVALID, reason=reason)

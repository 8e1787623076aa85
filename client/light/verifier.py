"""Which headers a light client may believe.  (CometBFT 0.38, light/verifier)

From a trusted block to a later one: directly by the set that it named as the next, or, over a
gap, by a share of the power that is trusted. To an earlier one by hashes. Nothing here reads a
clock or a network.
"""

from dataclasses import dataclass
from enum import StrEnum, unique
from fractions import Fraction
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.contracts.wire.commits import Commit, commit_fault
from cfi.contracts.wire.headers import (
    NANOS_PER_SECOND,
    Header,
    Timestamp,
    header_fault,
    header_hash,
)
from cfi.contracts.wire.validators import ValidatorSet, validators_fault, validators_hash
from cfi.contracts.wire.votes import (
    CommitError,
    NotEnoughPowerError,
    verify_commit_light,
    verify_commit_trusting,
)

LEAST_TRUST_LEVEL: Final = Fraction(1, 3)


@unique
class VerdictKind(StrEnum):
    """How a header was judged."""

    OK = "ok"
    NOT_ENOUGH_TRUST = "not-enough-trust"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement, and the sentence that explains it."""

    kind: VerdictKind
    reason: str

    @property
    def ok(self) -> bool:
        """Whether the header may be believed."""
        return self.kind is VerdictKind.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustOptions:
    """How long a header is trusted, how much power it takes, how far clocks may differ."""

    trusting_period_nanos: int = 336 * 3_600 * NANOS_PER_SECOND
    clock_drift_nanos: int = 10 * NANOS_PER_SECOND
    trust_level: Fraction = LEAST_TRUST_LEVEL

    def __post_init__(self) -> None:
        if self.trusting_period_nanos <= 0 or self.clock_drift_nanos < 0:
            raise ValueError("the trusting period must be above zero, the clock drift not below")
        if not LEAST_TRUST_LEVEL <= self.trust_level <= 1:
            raise ValueError("the trust level must be from 1/3 to 1")


class _UnverifiedError(Exception):
    def __init__(self, reason: str, kind: VerdictKind = VerdictKind.INVALID) -> None:
        super().__init__(reason)
        self.verdict = Verdict(kind=kind, reason=reason)


def verify(
    trusted: LightBlock, untrusted: LightBlock, now: Timestamp, options: TrustOptions
) -> Verdict:
    """Judge a later block by a trusted one; the reason says which check failed."""
    try:
        _check_not_expired(trusted, now, options)
        commit = _checked_commit(untrusted, trusted.header.chain_id)
        _check_times(trusted.header, untrusted.header, now, options)
        validators = _checked_validators(untrusted)
        if untrusted.height == trusted.height + 1:
            _check_adjacent(trusted.header, untrusted.header)
            how = "adjacent: signed by the validators that the trusted block named"
        else:
            _check_trusted_power(trusted, commit, options)
            how = f"over a gap: more than {options.trust_level} of the trusted power signed"
        _check_signed(untrusted.header, validators, commit)
    except _UnverifiedError as error:
        return error.verdict
    return Verdict(kind=VerdictKind.OK, reason=how)


def verify_backwards(untrusted: Header, trusted: Header) -> Verdict:
    """Judge the header just before a trusted one, by the hash that the trusted one carries."""
    fault = header_fault(untrusted)
    if fault is None and untrusted.chain_id != trusted.chain_id:
        fault = "the header is of another chain"
    if fault is None and untrusted.time >= trusted.time:
        fault = "the earlier header's time is not before the later one's"
    if fault is None and header_hash(untrusted) != trusted.last_block_id.header_hash:
        fault = "the header's hash is not the one that the later header carries"
    if fault is None:
        return Verdict(kind=VerdictKind.OK, reason="its hash stands in the trusted header")
    return Verdict(kind=VerdictKind.INVALID, reason=fault)


def is_expired(trusted: Header, now: Timestamp, options: TrustOptions) -> bool:
    """Whether a trusted header's time plus the trusting period has come."""
    return trusted.time.total_nanos + options.trusting_period_nanos <= now.total_nanos


def _check_not_expired(trusted: LightBlock, now: Timestamp, options: TrustOptions) -> None:
    if is_expired(trusted.header, now, options):
        raise _UnverifiedError("the trusted header is older than the trusting period")


def _checked_commit(block: LightBlock, chain_id: str) -> Commit:
    header, commit = block.header, block.commit
    if commit is None:
        raise _UnverifiedError("the commit is missing")
    fault = header_fault(header) or commit_fault(commit)
    if fault is not None:
        raise _UnverifiedError(fault)
    if header.chain_id != chain_id:
        raise _UnverifiedError("the header is of another chain")
    if commit.height != header.height:
        raise _UnverifiedError("the commit is of another height than the header")
    if commit.block_id.header_hash != header_hash(header):
        raise _UnverifiedError("the commit is for another header")
    return commit


def _check_times(trusted: Header, untrusted: Header, now: Timestamp, options: TrustOptions) -> None:
    if untrusted.height <= trusted.height:
        raise _UnverifiedError("the header's height is not above the trusted one's")
    if untrusted.time <= trusted.time:
        raise _UnverifiedError("the header's time is not after the trusted one's")
    if untrusted.time.total_nanos >= now.total_nanos + options.clock_drift_nanos:
        raise _UnverifiedError("the header's time is in the future")


def _checked_validators(block: LightBlock) -> ValidatorSet:
    if block.validator_set is None:
        raise _UnverifiedError("the validator set is missing")
    fault = validators_fault(block.validator_set)
    if fault is not None:
        raise _UnverifiedError(fault)
    if validators_hash(block.validator_set) != block.header.validators_hash:
        raise _UnverifiedError("the validator set is not the one that the header names")
    return block.validator_set


def _check_adjacent(trusted: Header, untrusted: Header) -> None:
    if untrusted.validators_hash != trusted.next_validators_hash:
        raise _UnverifiedError("the validators are not those that the trusted block named as next")


def _check_trusted_power(trusted: LightBlock, commit: Commit, options: TrustOptions) -> None:
    try:
        verify_commit_trusting(
            trusted.header.chain_id, _trusted_set(trusted), commit, options.trust_level
        )
    except NotEnoughPowerError as error:
        reason = f"not enough of the trusted power signed: {error}"
        raise _UnverifiedError(reason, VerdictKind.NOT_ENOUGH_TRUST) from error
    except CommitError as error:
        raise _UnverifiedError(str(error)) from error


def _trusted_set(trusted: LightBlock) -> ValidatorSet:
    candidates = (
        (trusted.next_validator_set, trusted.header.next_validators_hash),
        (trusted.validator_set, trusted.header.validators_hash),
    )
    for validators, named in candidates:
        if validators is None or validators_fault(validators) is not None:
            continue
        if validators_hash(validators) == named:
            return validators
    raise _UnverifiedError("the trusted block has no validator set that its header names")


def _check_signed(header: Header, validators: ValidatorSet, commit: Commit) -> None:
    try:
        verify_commit_light(header.chain_id, validators, commit.block_id, header.height, commit)
    except CommitError as error:
        raise _UnverifiedError(str(error)) from error

"""Following a chain from a trusted height to another; witnesses.  (CometBFT 0.38, light)"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.client.light.verifier import (
    TrustOptions,
    Verdict,
    VerdictKind,
    is_expired,
    verify,
    verify_backwards,
)
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height

Fetch = Callable[[Height], LightBlock]
"""Gives the block at a height; raises UnavailableError where it can't."""
_PIVOT_NUMERATOR: Final = 9
_PIVOT_DENOMINATOR: Final = 16


class UnavailableError(Exception):
    """The source has no such block, or didn't answer."""


class SyncError(Exception):
    """A block on the way can't be believed."""

    def __init__(self, height: Height, verdict: Verdict) -> None:
        super().__init__(f"height {height}: {verdict.reason}")
        self.height = height
        self.verdict = verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Two blocks of one height, both signed well enough: evidence against those who signed both."""

    witness: str
    common: LightBlock
    """The last block that the source and the witness agree on."""
    trusted: LightBlock
    conflicting: LightBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReport:
    """What the witnesses said about a trace; each is in one of the four."""

    agreeing: tuple[str, ...]
    silent: tuple[str, ...]
    faulty: tuple[str, ...]
    """Those whose other block can't be believed."""
    divergences: tuple[Divergence, ...]

    @property
    def witnessed(self) -> bool:
        """Whether at least one agreed, and none had good evidence of another chain."""
        return bool(self.agreeing) and not self.divergences


def sync(
    trusted: LightBlock, target: Height, fetch: Fetch, now: Timestamp, options: TrustOptions
) -> tuple[LightBlock, ...]:
    """The blocks believed on the way, from the trusted one to the target, both included.

    Raises SyncError where a block can't be believed, UnavailableError where one can't be had.
    """
    if target == trusted.height:
        return (trusted,)
    if target < trusted.height:
        return _backwards(trusted, target, fetch, now, options)
    return _forwards(trusted, _fetched(fetch, target), fetch, now, options)


def sequential(
    trusted: LightBlock, target: Height, fetch: Fetch, now: Timestamp, options: TrustOptions
) -> tuple[LightBlock, ...]:
    """Every block from the trusted one to a later target, each verified by the one before.

    Raises as sync does.
    """
    trace = [trusted]
    for height in range(trusted.height + 1, target + 1):
        block = _fetched(fetch, Height(height))
        verdict = verify(trace[-1], block, now, options)
        if not verdict.ok:
            raise SyncError(block.height, verdict)
        trace.append(block)
    return tuple(trace)


def ask_witnesses(
    trace: tuple[LightBlock, ...],
    witnesses: Mapping[str, Fetch],
    now: Timestamp,
    options: TrustOptions,
) -> WitnessReport:
    """Compare the last block of a trace with what each witness has at that height."""
    agreeing, silent, faulty, divergences = [], [], [], []
    for name in sorted(witnesses):
        try:
            other = _fetched(witnesses[name], trace[-1].height)
            if other.block_hash == trace[-1].block_hash:
                agreeing.append(name)
            else:
                divergences.append(_divergence(name, witnesses[name], trace, now, options))
        except UnavailableError:
            silent.append(name)
        except SyncError:
            faulty.append(name)
    return WitnessReport(
        agreeing=tuple(agreeing),
        silent=tuple(silent),
        faulty=tuple(faulty),
        divergences=tuple(divergences),
    )


def _forwards(
    trusted: LightBlock, target: LightBlock, fetch: Fetch, now: Timestamp, options: TrustOptions
) -> tuple[LightBlock, ...]:
    trace, wanted = [trusted], [target]
    while wanted:
        verdict = verify(trace[-1], wanted[-1], now, options)
        if verdict.ok:
            trace.append(wanted.pop())
        elif verdict.kind is VerdictKind.NOT_ENOUGH_TRUST:
            gap = wanted[-1].height - trace[-1].height
            pivot = trace[-1].height + gap * _PIVOT_NUMERATOR // _PIVOT_DENOMINATOR
            wanted.append(_fetched(fetch, Height(pivot)))
        else:
            raise SyncError(wanted[-1].height, verdict)
    return tuple(trace)


def _backwards(
    trusted: LightBlock, target: Height, fetch: Fetch, now: Timestamp, options: TrustOptions
) -> tuple[LightBlock, ...]:
    if is_expired(trusted.header, now, options):
        reason = "the trusted header is older than the trusting period"
        raise SyncError(trusted.height, Verdict(kind=VerdictKind.INVALID, reason=reason))
    trace = [trusted]
    for height in range(trusted.height - 1, target - 1, -1):
        block = _fetched(fetch, Height(height))
        verdict = verify_backwards(block.header, trace[-1].header)
        if not verdict.ok:
            raise SyncError(block.height, verdict)
        trace.append(block)
    return tuple(trace)


def _divergence(
    name: str,
    witness: Fetch,
    trace: tuple[LightBlock, ...],
    now: Timestamp,
    options: TrustOptions,
) -> Divergence:
    common = None
    for ours in trace:
        theirs = _fetched(witness, ours.height)
        if theirs.block_hash == ours.block_hash:
            common = ours
        elif common is None:
            reason = "the witness doesn't know the trusted block"
            raise SyncError(ours.height, Verdict(kind=VerdictKind.INVALID, reason=reason))
        else:
            _forwards(common, theirs, witness, now, options)
            return Divergence(witness=name, common=common, trusted=ours, conflicting=theirs)
    raise UnavailableError("the witness has since come to agree")


def _fetched(fetch: Fetch, height: Height) -> LightBlock:
    block = fetch(height)
    if block.height != height:
        reason = f"the source gave height {block.height} instead"
        raise SyncError(height, Verdict(kind=VerdictKind.INVALID, reason=reason))
    return block

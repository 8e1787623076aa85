"""What `cfi light verify` decides: one light block by another, both from files."""

from fractions import Fraction
from typing import Final

from cfi.client.light.json_node import MalformedError
from cfi.client.light.lightblock import LightBlock, UnsoundError, parse_light_block
from cfi.client.light.moments import parse_duration, parse_moment
from cfi.client.light.verifier import TrustOptions, Verdict, VerdictKind, verify
from cfi.contracts.wire.quantities import parse_whole

DEFAULT_TRUSTING_PERIOD: Final = "336h"
DEFAULT_TRUST_LEVEL: Final = "1/3"
DEFAULT_CLOCK_DRIFT: Final = "10s"


class InputError(ValueError):
    """A file or an option can't be read; the text is one line."""


def verify_files(
    trusted: bytes,
    untrusted: bytes,
    *,
    now: str,
    trusting_period: str = DEFAULT_TRUSTING_PERIOD,
    trust_level: str = DEFAULT_TRUST_LEVEL,
    clock_drift: str = DEFAULT_CLOCK_DRIFT,
) -> tuple[str, str]:
    """The verdict on a light block by a trusted one, and the reason, from two files' contents.

    `now` is RFC 3339, durations are as Go writes them, the level is a fraction from 1/3 to 1.
    Raises InputError for what can't be read.
    """
    options = _options(trusting_period, trust_level, clock_drift)
    try:
        moment = parse_moment(now)
    except ValueError as error:
        raise InputError(f"--now: {error}") from error
    try:
        blocks = _read("trusted", trusted), _read("untrusted", untrusted)
    except UnsoundError as error:
        verdict = Verdict(kind=VerdictKind.INVALID, reason=str(error))
    else:
        verdict = verify(*blocks, moment, options)
    return verdict.kind.value, verdict.reason


def _read(name: str, text: bytes) -> LightBlock:
    try:
        return parse_light_block(text)
    except MalformedError as error:
        raise InputError(f"--{name}: {error}") from error
    except UnsoundError as error:
        raise UnsoundError(f"{name} block: {error}") from error


def _options(trusting_period: str, trust_level: str, clock_drift: str) -> TrustOptions:
    numerator, _, denominator = trust_level.partition("/")
    above, below = parse_whole(numerator), parse_whole(denominator)
    if above is None or not below:
        raise InputError(f"--trust-level: not a fraction such as 1/3: {trust_level!r}")
    try:
        return TrustOptions(
            trusting_period_nanos=parse_duration(trusting_period),
            clock_drift_nanos=parse_duration(clock_drift),
            trust_level=Fraction(above, below),
        )
    except ValueError as error:
        raise InputError(str(error)) from error

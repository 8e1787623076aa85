"""Cancel an upgrade of the rules.  (RB 3.14)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Height


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUpgrade:
    """The Exchange takes an upgrade back that has not taken effect."""

    from_height: Height

"""Remove a validator.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveValidator:
    """The Exchange takes a validator out, from the next height but one."""

    key: PublicKey

"""Open an account.  (RB 5.3.1, 5.3.4)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """A holder's instruction to open another registry account of its own; its identifier is the
    holder's with the next number.
    """

    seed: Seed
    """What blinds its rows; chosen by the holder."""
    retirement: bool
    """True for an account into which CFIs are only retired."""

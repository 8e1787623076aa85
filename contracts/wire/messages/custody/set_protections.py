"""Set how transfers to others are held up.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProtections:
    """An administrator's choice: what tightens holds at once, what loosens after the present
    delay or the programme's, whichever is longer.
    """

    delay: Seconds
    """Between the holder's will and the delivery, at most 30 days."""
    second_approver: bool

"""What a restriction forbids, and by which section.  (RB 2.7.1, 4.11.2, 4.11.4, 4.13, 5.9.5)"""

from typing import Final

from cfi.contracts.state.rows.custody import Lot, Restriction
from cfi.contracts.wire.refusal import Refusal, RefusedError

NOT_FOR_SALE: Final = (
    Restriction.SUPER_REDUCTION,
    Restriction.SPECIAL_RESERVE,
    Restriction.DONATED,
    Restriction.BOUGHT_FOR_CASH,
    Restriction.NO_SALE,
)
NOT_FOR_COMPLIANCE: Final = (
    Restriction.SUPER_REDUCTION,
    Restriction.SPECIAL_RESERVE,
    Restriction.NO_COMPLIANCE,
)
NOT_TO_BE_GIVEN: Final = (Restriction.DONATED, Restriction.NO_SALE)


def bar_of(lot: Lot, forbidding: tuple[Restriction, ...]) -> Restriction | None:
    """The first of these restrictions that a lot carries, if any."""
    return next((restriction for restriction in forbidding if lot.bars(restriction)), None)


def section_of(lot: Lot, restriction: Restriction) -> str:
    """Where a lot's restriction comes from; what wasn't established as Super Reductions carries
    three.
    """
    if lot.bars(Restriction.SUPER_REDUCTION):
        return "RB 4.11.2"
    match restriction:
        case Restriction.SPECIAL_RESERVE:
            return "RB 4.11.4"
        case Restriction.DONATED:
            return "RB 4.13"
        case Restriction.BOUGHT_FOR_CASH:
            return "RB 5.9.5"
        case _:
            return "RB 2.7.1"


def require_free_of(lot: Lot, forbidding: tuple[Restriction, ...]) -> None:
    """Refuse LOT_RESTRICTED where a lot carries one of these restrictions, and say which."""
    bar = bar_of(lot, forbidding)
    if bar is not None:
        raise RefusedError(
            Refusal.LOT_RESTRICTED,
            section_of(lot, bar),
            {"lot_id": lot.lot_id, "restriction": bar.name},
        )

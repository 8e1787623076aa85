"""A Member's position by the wording of RB 4.8, 4.11.2 and 4.11.4 alone, with plain numbers.

Written apart from the contracts' figures, to compare them with.
"""

from decimal import Decimal, getcontext
from typing import Final

getcontext().prec = 60
HUNDREDTH: Final = Decimal("0.0001")


def reference_position(
    *,
    baseline: int,
    emissions: int,
    reduction_bps: int,
    growth_bps: int,
    capped: bool,
    limit: int | None,
    sold: int,
    reserve_year: bool,
) -> dict[str, Decimal | None]:
    """The lines of Appendix 4.3 for one year, and what is required of a short Member."""
    b, e = Decimal(baseline), Decimal(emissions)
    band = b * reduction_bps * HUNDREDTH + b * growth_bps * HUNDREDTH
    line_4 = b - b * reduction_bps * HUNDREDTH
    line_5 = line_4 - e
    if line_5 < 0:
        required = min(-line_5, band)
        line_7 = line_13 = Decimal(0)
    else:
        required = Decimal(0)
        over = capped and line_5 > band
        line_7 = band if over else line_5
        line_13 = line_5 - band if over else Decimal(0)
    line_9 = line_7 if limit is None or line_7 < limit else Decimal(limit)
    line_11 = (line_9 if reserve_year else line_7) - sold
    return {
        "target": line_4,
        "gross": line_5,
        "maximum_recognised": band,
        "required_purchase": required,
        "recognised_surplus": line_7,
        "sellable": line_9,
        "banked": line_11,
        "special_reserve": line_7 - (sold + line_11) if reserve_year else None,
        "super_reductions": line_13,
    }

"""What a figure cannot be worked out from.  (RB 6, 4)"""

from enum import StrEnum, unique

from cfi.contracts.wire.refusal import Fact, Facts


@unique
class FigureCode(StrEnum):
    """Every reason why a figure can't be worked out."""

    NO_COMMITTEE_METHOD = "no-committee-method"
    NOT_A_YEAR_OF_DATA = "not-a-year-of-data"
    DAYS_OUT_OF_RANGE = "days-out-of-range"
    NEGATIVE_EMISSIONS = "negative-emissions"
    SHUT_DOWN_BEFORE_SERVICE = "shut-down-before-service"
    EMISSIONS_AFTER_SHUT_DOWN = "emissions-after-shut-down"
    CAPACITY_UNKNOWN = "capacity-unknown"
    SHARE_TOO_LARGE_TO_EXCLUDE = "share-too-large-to-exclude"
    NOT_THE_WHOLE_ACTIVITY = "not-the-whole-activity"
    LARGE_SOURCES_FIRST = "large-sources-first"
    FACILITY_NOT_INCLUDED = "facility-not-included"
    UNKNOWN_FACILITY = "unknown-facility"
    BASELINE_BELOW_ZERO = "baseline-below-zero"
    NO_SCHEDULE = "no-schedule"
    NOT_SET_BY_PROGRAMME = "not-set-by-programme"
    SOLD_ABOVE_SELLABLE = "sold-above-sellable"


class FigureError(Exception):
    """A figure can't be worked out: a rule makes a refusal of it, a calculator a fault."""

    def __init__(self, code: FigureCode, **facts: Fact) -> None:
        super().__init__(f"{code} {facts}")
        self.code = code
        self.facts: Facts = facts

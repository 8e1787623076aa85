"""The grounds on which an entity is an Eligible Commercial Entity.  (RB 2.3, 3.8)"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.wire.parties import EligibilityCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """A category's grounds, each numbered from 1 in the order of the application form."""

    category: EligibilityCategory
    column_one: tuple[str, ...]
    column_two: tuple[str, ...]


GROUNDS: Final = (
    Grounds(
        category=EligibilityCategory.A,
        column_one=(
            "makes or takes delivery",
            "bears a risk other than of price",
            "is a dealer or makes markets",
        ),
        column_two=(
            "financial institution",
            "insurer",
            "entity with assets over $10,000,000",
            "entity guaranteed by such an entity",
            "entity with net worth over $1,000,000 that hedges",
            "government",
            "broker-dealer or futures commission merchant",
            "associated person",
            "investment bank holding company",
        ),
    ),
    Grounds(
        category=EligibilityCategory.B,
        column_one=("group with assets of $100,000,000",),
        column_two=(
            "financial institution",
            "insurer",
            "entity with assets over $10,000,000, guaranteed, or hedging",
            "government with $25,000,000 at its discretion, or dealing with listed entities only",
            "broker-dealer",
            "futures commission merchant",
            "bank holding company",
        ),
    ),
    Grounds(
        category=EligibilityCategory.C,
        column_one=(
            "registered fund",
            "pool over $5,000,000",
            "benefit plan over $5,000,000 or run by an adviser",
        ),
        column_two=(
            "all participants qualified, in a group with $100,000,000",
            "assets of $1,000,000,000",
        ),
    ),
    Grounds(
        category=EligibilityCategory.D,
        column_one=("floor broker", "floor trader"),
        column_two=(
            "assets over $10,000,000",
            "net worth over $5,000,000 and hedging",
            "guaranteed by a clearing member",
        ),
    ),
)


def grounds_of(category: EligibilityCategory) -> Grounds:
    """A category's grounds."""
    return next(grounds for grounds in GROUNDS if grounds.category is category)


def are_grounds(category: EligibilityCategory, column_one: int, column_two: int) -> bool:
    """True if both numbers name a ground of the category."""
    grounds = grounds_of(category)
    return 1 <= column_one <= len(grounds.column_one) and 1 <= column_two <= len(grounds.column_two)

"""A small chain's founders for tests."""

from cfi.contracts.state.genesis import FoundingEligibility
from cfi.contracts.wire.parties import EligibilityCategory, HolderClass, Level, Role
from cfi.contracts.wire.quantities import Instant, SmallCode
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.signatures import public_key_of
from cfi.genesis.builder import GenesisPlan, NewHolder, NewUser
from cfi.genesis.programmes.loader import programme

TIME = 1_041_379_200
"""2003-01-01T00:00:00Z."""


def seed(number: int) -> bytes:
    """A seed by number."""
    return bytes([number]) * 32


OFFICER_SEEDS = tuple(seed(number) for number in (11, 12, 13))
VALIDATOR = public_key_of(seed(20))
ADMISSION_KEY = public_key_of(seed(21))

EXCHANGE = NewHolder(
    holder_id="exchange",
    holder_class=HolderClass.EXCHANGE,
    blinding=seed(1),
    users=tuple(
        NewUser(
            user_id=f"officer-{number}",
            seeds=(each,),
            levels=(Level.ADMINISTRATOR,),
            roles=tuple(Role),
            officer=True,
        )
        for number, each in enumerate(OFFICER_SEEDS, start=1)
    ),
    first_year=2003,
    trading=(seed(2),),
)
MEMBER = NewHolder(
    holder_id="company-a",
    holder_class=HolderClass.MEMBER,
    blinding=seed(3),
    users=(NewUser(user_id="a-1", seeds=(seed(30),), levels=tuple(Level)),),
    first_year=2003,
    trading=(seed(4), seed(5)),
    retirement=(seed(6),),
    eligibility=FoundingEligibility(
        category=EligibilityCategory.A,
        column_one=SmallCode(1),
        column_two=SmallCode(3),
        evidence=Hash(seed(7)),
        review_by=Instant(TIME + 1_000),
        board_resolution=Hash(seed(8)),
    ),
)
PLAN = GenesisPlan(
    chain_id="sim-founders",
    time=TIME,
    clock_start=TIME,
    terms=programme("phase-1"),
    exchange=EXCHANGE,
    holders=(MEMBER,),
    validators=((VALIDATOR, 10, ADMISSION_KEY),),
    officers=tuple(public_key_of(each) for each in OFFICER_SEEDS),
    holidays=(12_053,),
)

"""The programme's terms, as genesis wrote them.  (RB 4)"""

from cfi.contracts.state.view import StateView
from cfi.contracts.wire.programme import ProgrammeTerms


def terms_of(state: StateView) -> ProgrammeTerms:
    """The terms of the programme; every genesis writes them."""
    terms = state.programme.get(b"terms")
    assert terms is not None, "genesis writes the programme's terms"
    return terms

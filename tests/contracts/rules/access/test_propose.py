"""RB 3.5, 3.6: the first of two people proposes."""

from dataclasses import replace

import pytest

from cfi.contracts.wire.messages.access.limit_user import LimitUser
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.schema import Data
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import user
from tests.contracts.refusals import refuses
from tests.contracts.rules.access.proposals import BODY, INNER, NUMBER, PROPOSAL, given_proposal


def test_nothing_happens_yet(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    proposal = ledger.state.proposals.of(EXCHANGE).get(proposal_id)
    assert proposal is not None
    assert (proposal.body, proposal.proposed_by) == (BODY, "officer-1")
    assert not user(ledger, "company-a", "company-a-user").limited


def test_an_act_under_four_eyes_isn_t_sent_alone(ledger: Ledger) -> None:
    ledger.four_eyes(LimitUser)
    answer = ("NEEDS_FOUR_EYES", "RB 3.6", {"message_number": NUMBER})
    refuses(ledger, INNER, answer, by=EXCHANGE)


def test_an_act_of_one_person_isn_t_proposed(ledger: Ledger) -> None:
    answer = ("NOT_UNDER_FOUR_EYES", "RB 3.6", {"message_number": NUMBER})
    refuses(ledger, PROPOSAL, answer, by=EXCHANGE)


def test_a_message_that_isn_t_there_is_nobodys(ledger: Ledger) -> None:
    message = replace(PROPOSAL, message_number=SmallCode(65_535))
    answer = ("NOT_AUTHORISED", "RB 2.6.1", {"message_number": 65_535})
    refuses(ledger, message, answer, by=EXCHANGE)


@pytest.mark.parametrize("body", [b"", b"\x80", BODY + b"\x00"])
def test_a_body_is_the_messages(ledger: Ledger, body: bytes) -> None:
    ledger.four_eyes(LimitUser)
    answer = ("MALFORMED_BODY", "RB 3.6", {"message_number": NUMBER})
    refuses(ledger, replace(PROPOSAL, body=Data(body)), answer, by=EXCHANGE)


def test_another_messages_body_is_malformed(ledger: Ledger) -> None:
    ledger.four_eyes(Retire)
    number = SmallCode(NUMBERS[Retire])
    answer = ("MALFORMED_BODY", "RB 3.6", {"message_number": number})
    refuses(ledger, replace(PROPOSAL, message_number=number), answer, by=EXCHANGE)


def test_the_exchange_has_room(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.four_eyes(LimitUser)
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", 4)
    answer = ("TOO_MANY_RECORDS", "RB 3.6", {"holder_id": EXCHANGE})
    refuses(ledger, PROPOSAL, answer, by=EXCHANGE)

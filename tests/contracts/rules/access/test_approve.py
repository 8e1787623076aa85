"""RB 3.5, 3.6: the second of two people approves."""

from dataclasses import replace

from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.rows.access import ACCESS, USERS
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.access.remove_user import RemoveUser
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.parties import Role
from cfi.contracts.wire.quantities import Count, Instant, SmallCode
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import EXCHANGE, Ledger, open_rule
from tests.contracts.people import user
from tests.contracts.refusals import refuses
from tests.contracts.rules.access.proposals import BODY, NUMBER, approval, given_proposal

SECOND = "officer-2"
NO_SUCH_ACT = Hash(bytes(32))


def test_the_act_is_decided_now(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    ledger.when(approval(proposal_id), by=EXCHANGE, user=SECOND)
    ledger.done()
    assert user(ledger, "company-a", "company-a-user").limited
    assert ledger.state.proposals.of(EXCHANGE).keys() == []
    answer = ("UNKNOWN_PROPOSAL", "RB 3.6", {"proposal_id": proposal_id})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE, user=SECOND)


def test_it_costs_what_the_act_costs_besides(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    ledger.given(put_public(ACCESS, replace(open_rule(NUMBER), four_eyes=True, gas=Count(50))))
    ledger.when(approval(proposal_id), by=EXCHANGE, user=SECOND)
    ledger.done()
    assert ledger.gas == 50


def test_two_people_are_two(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    answer = ("SAME_PERSON", "RB 3.6", {"proposal_id": proposal_id})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE)


def test_whoever_proposed_it_must_still_be_there(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    proposer = user(ledger, EXCHANGE, "officer-1")
    ledger.given(put(USERS, EXCHANGE, replace(proposer, active=False)))
    answer = ("PROPOSER_GONE", "RB 3.6", {"proposal_id": proposal_id})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE, user=SECOND)


def test_whoever_proposed_it_must_still_have_the_office(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    rule = replace(open_rule(NUMBER), four_eyes=True, roles=(Role.BOARD,))
    ledger.given(put_public(ACCESS, rule))
    ledger.given_user(EXCHANGE, "officer-1", roles=(Role.CLEARING,))
    answer = ("NOT_AUTHORISED", "RB 2.6.1", {"message_number": NUMBER})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE, user=SECOND)


def test_exactly_this_body_is_approved(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    answer = ("BODY_DIFFERS", "RB 3.6", {"proposal_id": proposal_id})
    refuses(ledger, approval(proposal_id, BODY + b"x"), answer, by=EXCHANGE, user=SECOND)


def test_a_proposal_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    for by, sought in ((EXCHANGE, NO_SUCH_ACT), ("company-a", proposal_id)):
        answer = ("UNKNOWN_PROPOSAL", "RB 3.6", {"proposal_id": sought})
        user_id = SECOND if by == EXCHANGE else None
        refuses(ledger, approval(sought), answer, by=by, user=user_id)


def test_not_everybody_may_be_the_second(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    rule = replace(open_rule(NUMBER), four_eyes=True, approver_roles=(Role.BOARD,))
    ledger.given(put_public(ACCESS, rule))
    ledger.given_user(EXCHANGE, SECOND, roles=(Role.CLEARING,))
    answer = ("NOT_AUTHORISED", "RB 3.6", {"message_number": NUMBER})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE, user=SECOND)


def test_an_expired_proposal_isn_t_approved(ledger: Ledger) -> None:
    proposal_id = given_proposal(ledger)
    expires_at = ledger.now + 30 * 86_400
    ledger.now = Instant(expires_at)
    answer = ("PROPOSAL_EXPIRED", "RB 3.6", {"expires_at": expires_at})
    refuses(ledger, approval(proposal_id), answer, by=EXCHANGE, user=SECOND)


def test_it_is_dropped_when_it_expires(ledger: Ledger) -> None:
    given_proposal(ledger)
    assert ledger.pass_time(30 * 86_400 - 1) == 0
    assert ledger.pass_time(1) == 1
    assert ledger.state.proposals.of(EXCHANGE).keys() == []


def test_an_act_that_its_rule_refuses_leaves_the_proposal(ledger: Ledger) -> None:
    ledger.four_eyes(RemoveUser)
    body = Data(schema_of(RemoveUser).encode(RemoveUser(user_id=UserId("nobody"))))
    proposed = ledger.when(
        Propose(message_number=SmallCode(NUMBERS[RemoveUser]), body=body), by=EXCHANGE
    )
    answer = ("UNKNOWN_USER", "RB 5.3.3", {"user_id": "nobody"})
    refuses(ledger, approval(proposed.act_id, body), answer, by=EXCHANGE, user=SECOND)

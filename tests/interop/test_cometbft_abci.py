"""CometBFT and the ledger understand each other's ABCI messages, byte for byte."""

from typing import Any, Final

import pytest

from cfi.contracts.state.snapshot import Snapshot
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.misbehaviour import Misbehaviour, MisbehaviourKind
from cfi.contracts.wire.protobuf import ProtobufError
from cfi.contracts.wire.validators import Validator
from cfi.node.consensus.cometbft import requests, responses
from cfi.node.consensus.cometbft.requests import MessageReader, read_request
from cfi.node.state_sync import AppliedChunk, Offer, Taken
from tests.interop.test_cometbft import ask

MOMENT: Final = Timestamp(seconds=1_041_379_200, nanos=5)
OFFENCES: Final = (
    Misbehaviour(MisbehaviourKind.DUPLICATE_VOTE, bytes([7]) * 20, 10, 5, MOMENT, 40),
    Misbehaviour(MisbehaviourKind.LIGHT_CLIENT_ATTACK, bytes([7]) * 20, 10, 6, MOMENT, 40),
)
BLOCK: Final = ((b"one", b"", b"three"), OFFENCES, b"hash", 7, MOMENT)
OFFERED: Final = Snapshot(height=300, format=1, metadata=b"metadata")
EXPECTED: Final[dict[str, requests.Request]] = {
    "echo": requests.Echo(b"hello"),
    "flush": requests.Flush(),
    "info": requests.Info(),
    "query": requests.Query("/p2p/filter/id/ab"),
    "check": requests.CheckTx(b"t" * 300, again=False),
    "check again": requests.CheckTx(b"t", again=True),
    "commit": requests.Commit(),
    "list snapshots": requests.ListSnapshots(),
    "offer snapshot": requests.OfferSnapshot(OFFERED, 2, b"hash", b"root"),
    "load chunk": requests.LoadSnapshotChunk(300, 1, 1),
    "apply chunk": requests.ApplySnapshotChunk(1, b"chunk", "peer"),
    "prepare": requests.PrepareProposal(2_000_000, (b"one", b"", b"three"), OFFENCES, 7, MOMENT),
    "process": requests.ProcessProposal(*BLOCK),
    "finalize": requests.FinalizeBlock(*BLOCK),
    "finalize nought": requests.FinalizeBlock((), (), b"h", 1, MOMENT),
}


@pytest.fixture(scope="module")
def messages() -> dict[str, bytes]:
    """What CometBFT sends, by name."""
    [answer] = ask([{"kind": "abci-requests"}])
    told: Any = answer["messages"]
    return {name: bytes.fromhex(message) for name, message in told.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_requests_are_understood(name: str, messages: dict[str, bytes]) -> None:
    [message] = MessageReader().feed(messages[name])
    assert read_request(message) == EXPECTED[name]


def test_the_beginning_of_a_chain_is_understood(messages: dict[str, bytes]) -> None:
    [message] = MessageReader().feed(messages["init chain"])
    asked = read_request(message)
    assert isinstance(asked, requests.InitChain)
    assert (asked.chain_id, asked.app_state, asked.initial_height) == ("sim-1", b'"AAAA"', 1)
    assert [each.voting_power for each in asked.validators] == [1_000]
    assert set(messages) == {*EXPECTED, "init chain"}


def test_a_stream_is_cut_where_its_messages_end(messages: dict[str, bytes]) -> None:
    stream = b"".join(messages.values())
    for size in (1, 2, 3, 7, 100, len(stream)):
        reader = MessageReader()
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        cut = [message for piece in pieces for message in reader.feed(piece)]
        names = [next(iter(MessageReader().feed(message))) for message in messages.values()]
        assert cut == names


def test_no_changed_message_is_taken_for_another_without_notice(messages: dict[str, bytes]) -> None:
    """Cut short anywhere a message is refused: it is never read as something smaller."""
    for name, framed in messages.items():
        [message] = MessageReader().feed(framed)
        for end in range(1, len(message)):
            with pytest.raises(ProtobufError):
                read_request(message[:end])
        with pytest.raises(ProtobufError):
            read_request(message + b"\x00")
        assert name


STANDING: Final = responses.Standing(version="0.1.0", app_version=1, height=9, app_hash=b"root")
KEY: Final = bytes([1]) * 32
ANSWERS: Final = [
    #  the answer                                                                       what CometBFT understands
    (responses.exception("no"),                                                         'exception:<error:"no" >'),
    (responses.echo(b"hello"),                                                          'echo:<message:"hello" >'),
    (responses.FLUSHED,                                                                 "flush:<>"),
    (responses.info(STANDING),                                                          'info:<data:"cfi-ledger" version:"0.1.0" app_version:1 last_block_height:9 last_block_app_hash:"root" >'),
    (responses.chain_begun(b"root"),                                                    'init_chain:<app_hash:"root" >'),
    (responses.queried(1),                                                              "query:<code:1 >"),
    (responses.queried(0),                                                              "query:<>"),
    (responses.checked(0, 10),                                                          "check_tx:<gas_wanted:10 >"),
    (responses.checked(10_003, 0),                                                      "check_tx:<code:10003 >"),
    (responses.COMMITTED,                                                               "commit:<>"),
    (responses.snapshots([OFFERED]),                                                    None),
    (responses.offered(Offer.REJECT_FORMAT),                                            "offer_snapshot:<result:REJECT_FORMAT >"),
    (responses.chunk(b"chunk"),                                                         'load_snapshot_chunk:<chunk:"chunk" >'),
    (responses.applied(AppliedChunk(result=Taken.RETRY, refetch_chunks=(1, 300), reject_senders=("a", "b"))), 'apply_snapshot_chunk:<result:RETRY refetch_chunks:1 refetch_chunks:300 reject_senders:"a" reject_senders:"b" >'),
    (responses.prepared([b"one", b"", b"three"]),                                       'prepare_proposal:<txs:"one" txs:"" txs:"three" >'),
    (responses.processed(accepted=True),                                                "process_proposal:<status:ACCEPT >"),
    (responses.processed(accepted=False),                                               "process_proposal:<status:REJECT >"),
    (responses.finalized([b"", b"\x08\x01"], [], None, b"root"),                        'finalize_block:<tx_results:<> tx_results:<code:1 > app_hash:"root" >'),
    (responses.finalized([], [Validator(public_key=KEY, voting_power=0), Validator(public_key=KEY, voting_power=7)], 2, b"root"), None),
]  # fmt: skip


def test_answers_are_understood() -> None:
    [told] = ask([{"kind": "abci-responses", "messages": [answer.hex() for answer, _ in ANSWERS]}])
    assert told.get("error") is None
    assert told["same"] == [True] * len(ANSWERS)
    understood: Any = told["understood"]
    for (_, expected), said in zip(ANSWERS, understood, strict=True):
        assert expected is None or said.strip() == expected
    assert "consensus_param_updates:<version:<app:2 > >" in understood[-1]
    assert understood[-1].count("validator_updates:<pub_key:<ed25519:") == 2
    assert "power:7" in understood[-1]
    assert "height:300 format:1" in understood[10]

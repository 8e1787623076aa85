"""Messages as JSON: what a person writes becomes exactly the message, or one line for each fault."""

from typing import Any

import pytest

from cfi.client.wallet.messages import (
    NAMES,
    MessageError,
    as_json,
    fields_of,
    message_from_json,
)
from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.reports.submit_report import SubmitReport

SEED = "ab" * 32
REPORT: dict[str, Any] = {
    "year": 2003,
    "warming_set": "IPCC_1995",
    "lines": [{"source": "plant-1", "gas": "CO2", "method": "monitors", "tonnes": 100, "new_unit": False}],
    "best_in_class_tonnes": 0,
    "renewable_excluded": True,
}
RETIRE: dict[str, Any] = {"account_id": "a/1", "lot_id": "XA-2003-0000000001", "tonnes": 100, "retirement_account": "a/2"}


class TestWhatIsRead:
    def test_bytes_are_hex(self) -> None:
        assert message_from_json("OpenAccount", {"seed": SEED, "retirement": False}) == OpenAccount(
            seed=bytes.fromhex(SEED), retirement=False  # type: ignore[arg-type]
        )

    def test_what_may_be_absent_may_be_left_out_or_null(self) -> None:
        without = message_from_json("Retire", RETIRE)
        assert isinstance(without, Retire)
        assert without.beneficiary is None
        assert message_from_json("Retire", RETIRE | {"beneficiary": None}) == without
        assert message_from_json("Retire", RETIRE | {"beneficiary": "the sea"}).beneficiary == "the sea"

    def test_lists_nested_values_and_names_of_enumerations(self) -> None:
        report = message_from_json("SubmitReport", REPORT)
        assert isinstance(report, SubmitReport)
        assert report.warming_set is WarmingSet.IPCC_1995
        assert isinstance(report.lines[0], ReportLine)


def test_what_is_shown_is_read_again() -> None:
    for name, content in (("SubmitReport", REPORT), ("OpenAccount", {"seed": SEED, "retirement": True})):
        assert as_json(message_from_json(name, content)) == content


FAULTS = [
    ("an unknown message names the nearest", "OpenAcount", {}, "there is no message OpenAcount; did you mean OpenAccount?"),
    ("an unknown message without a near one", "Zzzz", {}, "there is no message Zzzz"),
    ("not an object", "OpenAccount", [], "$: not an object"),
    ("an unknown field names the nearest", "OpenAccount", {"sed": SEED, "seed": SEED, "retirement": False}, "$.sed: unknown field; did you mean seed?"),
    ("an unknown field without a near one", "OpenAccount", {"zzz": 1, "seed": SEED, "retirement": False}, "$.zzz: unknown field"),
    ("a missing field", "OpenAccount", {"seed": SEED}, "$.retirement: missing"),
    ("bytes that are no hex", "OpenAccount", {"seed": "zz", "retirement": False}, "$.seed: not hex text"),
    ("bytes that are no text", "OpenAccount", {"seed": 5, "retirement": False}, "$.seed: not hex text"),
    ("a name of no member", "SubmitReport", REPORT | {"warming_set": "IPCC"}, "$.warming_set: none of IPCC_1995, IPCC_2001"),
    ("no list", "SubmitReport", REPORT | {"lines": 1}, "$.lines: not a list"),
    ("a fault deep inside", "SubmitReport", REPORT | {"lines": [1]}, "$.lines[0]: not an object"),
]


@pytest.mark.parametrize(("sentence", "name", "content", "said"), FAULTS, ids=[row[0] for row in FAULTS])
def test_faults(sentence: str, name: str, content: object, said: str) -> None:
    with pytest.raises(MessageError) as caught:
        message_from_json(name, content)
    assert caught.value.faults == [said]


def test_a_value_out_of_range_is_the_schemas_to_refuse() -> None:
    with pytest.raises(MessageError, match="tonnes"):
        message_from_json("Retire", RETIRE | {"tonnes": -1})


def test_every_message_tells_what_it_takes() -> None:
    assert all(isinstance(fields_of(name), dict) for name in NAMES)
    assert fields_of("OpenAccount") == {"seed": "hex", "retirement": "true or false"}
    assert fields_of("Retire")["beneficiary"] == "text, or null"

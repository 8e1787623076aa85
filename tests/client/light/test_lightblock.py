"""CometBFT's JSON of light blocks: what is read, what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cfi.client.light.json_node import MAX_JSON_BYTES, JsonNode, MalformedError
from cfi.client.light.lightblock import (
    UnsoundError,
    format_light_block,
    light_block_json,
    parse_light_block,
)
from cfi.client.light.moments import format_moment, parse_duration, parse_moment
from cfi.contracts.wire.headers import NO_BLOCK, ZERO_TIME, Timestamp
from tests.chains import light_block

BLOCK = light_block(2, {1: 10, 2: 10, 3: 10}, voters=[1, 2])
Document = dict[str, Any]


def document() -> Document:
    """A good light block, to be spoilt."""
    return json.loads(format_light_block(BLOCK))  # type: ignore[no-any-return]


def read(value: Document) -> object:
    return parse_light_block(json.dumps(value).encode())


def header(value: Document) -> Document:
    return value["signed_header"]["header"]  # type: ignore[no-any-return]


def vote(value: Document) -> Document:
    return value["signed_header"]["commit"]["signatures"][0]  # type: ignore[no-any-return]


def member(value: Document) -> Document:
    return value["validator_set"]["validators"][0]  # type: ignore[no-any-return]


REFUSED: list[tuple[str, Callable[[Document], Document], str, object, str]] = [
    #  sentence                            where      field                  value                     reason
    ("a height is a string",               header,    "height",              2,                        r"header.height: not a text"),
    ("of digits",                          header,    "height",              "2.0",                    r"not a number of 64 bits"),
    ("without leading zeros",              header,    "height",              "02",                     r"not a number of 64 bits"),
    ("within 64 bits",                     header,    "height",              str(2**63),               r"not a number of 64 bits"),
    ("in ASCII",                           header,    "height",              "٢",                      r"not a number of 64 bits"),
    ("a hash is hexadecimal",              header,    "app_hash",            "0G",                     r"app_hash: not hexadecimal"),
    ("of whole bytes",                     header,    "app_hash",            "ABC",                    r"not hexadecimal"),
    ("without blanks",                     header,    "app_hash",            "AB CD",                  r"not hexadecimal"),
    ("a time is RFC 3339",                 header,    "time",                "2003-12-12 00:00:00Z",   r"not an RFC 3339 time"),
    ("in UTC",                             header,    "time",                "2003-12-12T00:00:00+00:00", r"not a time in UTC"),
    ("of the calendar",                    header,    "time",                "2003-02-30T00:00:00Z",   r"not a time of the calendar"),
    ("of no more than nanoseconds",        header,    "time",                "2003-12-12T00:00:00.0123456789Z", r"not an RFC 3339 time"),
    ("a chain id is Unicode",              header,    "chain_id",            "\ud800",                 r"chain_id: not a text"),
    ("a version is an object",             header,    "version",             [],                       r"version: not an object"),
    ("a vote's kind is a number",          vote,      "block_id_flag",       "2",                      r"signatures\[0\].block_id_flag"),
    ("from 1 to 3",                        vote,      "block_id_flag",       4,                         "not a number from 1 to 3"),
    ("and present",                        vote,      "block_id_flag",       None,                      "not a number from 1 to 3"),
    ("true is no number",                  vote,      "block_id_flag",       True,                      "not a number from 1 to 3"),
    ("a signature is base64",              vote,      "signature",           "*",                       "signature: not base64"),
    ("in ASCII",                           vote,      "signature",           "é",                       "signature: not base64"),
    ("a power is a string",                member,    "voting_power",        10,                        "voting_power: not a text"),
    ("a key is of Ed25519",                member,    "pub_key",             {"type": "x", "value": ""}, "not a key of type"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "where", "name", "value", "reason"), REFUSED)
def test_refused(
    sentence: str, where: Callable[[Document], Document], name: str, value: object, reason: str
) -> None:
    spoilt = document()
    where(spoilt)[name] = value
    with pytest.raises(MalformedError, match=reason):
        read(spoilt)


@pytest.mark.parametrize(
    ("sentence", "text", "reason"),
    [
        ("nothing",                    b"",                              "not JSON"),
        ("other text",                 b"{",                             "not JSON"),
        ("other bytes",                b"\xff",                          "not JSON"),
        ("a field named twice",        b'{"a": 1, "a": 2}',              "named twice"),
        ("too deep",                   b"[" * 100_000,                   "not JSON"),
        ("too long",                   b" " * (MAX_JSON_BYTES + 1),      "longer than"),
        ("no object",                  b"[]",                            "not an object"),
        ("null",                       b"null",                          "header: missing"),
        ("validators in no array",     b'{"signed_header": {"header": {}}, "validator_set": {"validators": {}}}', "not an array"),
    ],
)  # fmt: skip
def test_other_documents_are_refused(sentence: str, text: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        parse_light_block(text)


class TestWhatIsRead:
    def test_what_was_written(self) -> None:
        assert parse_light_block(format_light_block(BLOCK)) == BLOCK

    def test_fields_that_are_absent_or_null_have_their_zero_value(self) -> None:
        sparse = document()
        for name in ("last_block_id", "data_hash", "time"):
            header(sparse)[name] = None
        del header(sparse)["app_hash"], sparse["validator_set"]["proposer"]
        read_header = parse_light_block(json.dumps(sparse).encode()).header
        assert (read_header.last_block_id, read_header.time) == (NO_BLOCK, ZERO_TIME)
        assert (read_header.data_hash, read_header.app_hash) == (b"", b"")

    def test_a_trusted_block_may_lack_votes_and_validators(self) -> None:
        bare = parse_light_block(
            json.dumps({"signed_header": {"header": header(document())}}).encode()
        )
        assert (bare.header, bare.commit, bare.validator_set) == (BLOCK.header, None, None)
        assert parse_light_block(format_light_block(bare)) == bare

    def test_unknown_fields_are_passed_over(self) -> None:
        more = document() | {"canonical": True}
        assert read(more) == BLOCK

    def test_small_digits_and_the_other_name_of_parts(self) -> None:
        other = document()
        named = other["signed_header"]["commit"]["block_id"]
        named["hash"] = named["hash"].lower()
        named["part_set_header"] = named.pop("parts")
        assert read(other) == BLOCK

    def test_the_proposer_is_written_where_the_set_has_it(self) -> None:
        written = json.loads(json.dumps(light_block_json(BLOCK)))
        assert (
            written["validator_set"]["proposer"]["address"] == header(written)["proposer_address"]
        )


def test_an_address_that_is_not_the_keys_is_unsound() -> None:
    spoilt = document()
    member(spoilt)["address"] = "00" * 20
    with pytest.raises(UnsoundError, match=r"validators\[0\].address: not the address of the key"):
        read(spoilt)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z",             Timestamp(seconds=0, nanos=0)),
        ("2003-12-12T01:02:03.5Z",           Timestamp(seconds=1_071_190_923, nanos=500_000_000)),
        ("1969-12-31T23:59:59.999999999Z",   Timestamp(seconds=-1, nanos=999_999_999)),
        ("0001-01-01T00:00:00Z",             ZERO_TIME),
        ("9999-12-31T23:59:59Z",             Timestamp(seconds=253_402_300_799, nanos=0)),
    ],
)  # fmt: skip
def test_moments_are_read_and_written(text: str, moment: Timestamp) -> None:
    assert (parse_moment(text), format_moment(moment)) == (moment, text)


def test_a_moment_may_have_a_zone() -> None:
    assert parse_moment("1970-01-01T01:30:00+01:30") == Timestamp(seconds=0, nanos=0)
    assert format_moment(Timestamp.of_nanos(-1)) == "1969-12-31T23:59:59.999999999Z"


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("336h", 336 * 3_600 * 10**9), ("10s", 10**10), ("1m30s", 90 * 10**9), ("500ms", 5 * 10**8),
        ("1.5h", 5_400 * 10**9), ("0", 0), ("0s", 0), ("7us", 7_000), ("7µs", 7_000), ("7ns", 7), ("1.9ns", 1),
    ],
)  # fmt: skip
def test_durations(text: str, nanos: int) -> None:
    assert parse_duration(text) == nanos


@pytest.mark.parametrize("text", ["", "10", "s", "-1s", "1d", "1 s", "1s ", ".5s", "1.s", "٣s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


def test_numbers_without_a_sign_are_told_apart() -> None:
    assert JsonNode("18446744073709551615").uint64() == 2**64 - 1
    with pytest.raises(MalformedError):
        JsonNode("-1").uint64()

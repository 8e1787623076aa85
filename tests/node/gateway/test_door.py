"""Signed requests: only the very request, to this gateway, in its time, once, by a live key."""

import time
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cfi.client.light.signed_request import (
    INPUT_HEADER,
    SIGNATURE_HEADER,
    Addressee,
    RequestSignatureError,
    content_digest,
    read_request_signature,
    sign_request,
    signs,
)
from cfi.client.wallet.keystore import SigningKey
from cfi.node.gateway.auth import MOST_AGE_SECONDS, DeniedError, Door, Nonces
from tests.node.chain import COMPANY, USER_SEED
from tests.node.gateway.running import NODE, OTHER, quoted, run, running

KEY = SigningKey(USER_SEED)
TARGET = f"/v1/accounts/{quoted(COMPANY + '/1')}?tables=lots"
AUTHORITY = "ledger.example:8470"
NONCE = bytes(range(16))
START = 1_000_000.5


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def headers(**changed: Any) -> dict[str, str]:
    told: dict[str, Any] = {"node": NODE, "created": int(START) + 30, "nonce": NONCE, **changed}
    to = Addressee(authority=AUTHORITY, node=told.pop("node"))
    return sign_request(KEY, "GET", TARGET, b"", to=to, **told)


class TestTheSignature:
    def test_it_covers_method_authority_path_query_body_node_time_and_nonce(self) -> None:
        read = read_request_signature(headers())
        assert signs(read, "GET", AUTHORITY, TARGET, b"")
        assert not signs(read, "GET", AUTHORITY + "0", TARGET, b"")
        assert not signs(read, "POST", AUTHORITY, TARGET, b"")
        assert not signs(read, "GET", AUTHORITY, TARGET.replace("lots", "retired"), b"")
        assert not signs(read, "GET", AUTHORITY, TARGET.replace("%2F1", "%2F2"), b"")
        assert not signs(read, "GET", AUTHORITY, TARGET, b"x")
        for name, value in (("node", "aa"), ("created", 5), ("nonce", bytes(16))):
            other = read_request_signature(
                {**headers(**{name: value}), SIGNATURE_HEADER: headers()[SIGNATURE_HEADER]}
            )
            assert not signs(other, "GET", AUTHORITY, TARGET, b""), name

    def test_the_digest_is_that_of_rfc_9530(self) -> None:
        # RFC 9530, appendix B.1: the empty representation's SHA-256.
        assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"

    def test_a_signature_over_a_part_of_it_is_none(self) -> None:
        good = headers()
        for broken in (
            {},
            {**good, INPUT_HEADER: good[INPUT_HEADER].replace('"@query" ', "")},
            {**good, INPUT_HEADER: good[INPUT_HEADER].replace("ed25519", "hmac-sha256")},
            {**good, INPUT_HEADER: good[INPUT_HEADER] + ", other=()"},
            {**good, SIGNATURE_HEADER: "cfi=:AAAA:"},
        ):
            with pytest.raises(RequestSignatureError):
                read_request_signature(broken)


DENIED = [
    # sentence                               change to a lawful request          clock           code
    ("another node's request",               {"node": "00" * 32},                START + 30,     "other-node"),
    ("older than the gateway's start",       {"created": int(START) - 1},        START + 1,      "before-start"),
    ("of the very second of the start",      {"created": int(START)},            START + 0.1,    "before-start"),
    ("over a minute old",                    {},                                 START + 30 + MOST_AGE_SECONDS, "stale"),
    ("over ten seconds ahead",               {"created": int(START) + 42},       START + 30,     "ahead"),
]  # fmt: skip


class TestTheDoor:
    @pytest.mark.parametrize(
        ("sentence", "change", "now", "code"), DENIED, ids=[row[0] for row in DENIED]
    )
    def test_denied(self, sentence: str, change: dict[str, Any], now: float, code: str) -> None:
        clock = Clock()
        door = Door(clock)
        clock.now = now
        with pytest.raises(DeniedError) as caught:
            door.read(headers(**change), NODE)
        assert caught.value.code == code

    def test_a_nonce_is_used_once_by_each_key(self) -> None:
        clock = Clock()
        door = Door(clock)
        clock.now = START + 30
        told = door.read(headers(), NODE)
        door.let_in(told, "company-a")
        with pytest.raises(DeniedError) as caught:
            door.let_in(told, "company-a")
        assert caught.value.code == "replayed"

    def test_a_nonce_is_remembered_for_as_long_as_its_request_is_fresh(self) -> None:
        clock = Clock()
        door = Door(clock)
        made = int(START) + 50
        accepted = []
        for late in range(-10, MOST_AGE_SECONDS + 20):
            clock.now = made + late
            try:
                door.let_in(door.read(headers(created=made), NODE), "company-a")
                accepted.append(late)
            except DeniedError:
                continue
        assert accepted == [-10]

    def test_a_bad_signature_uses_no_nonce(self) -> None:
        clock = Clock()
        door = Door(clock)
        clock.now = START + 30
        told = door.read(headers(), NODE)
        with pytest.raises(DeniedError):
            door.verify(told, "POST", AUTHORITY, TARGET, b"")
        door.verify(told, "GET", AUTHORITY, TARGET, b"")

    def test_a_full_memory_denies_and_empties_with_time(self) -> None:
        nonces = Nonces(most=2)
        names = [sha256(b"%d" % each).digest() for each in range(3)]
        assert [nonces.use("a", b"k", each, START) for each in names] == [True, True, False]
        assert nonces.use("a", b"k", names[2], START + 100)
        assert nonces.use("a", b"l", names[2], START + 100)

    def test_one_holders_keys_leave_room_for_others(self) -> None:
        nonces = Nonces(most_of_holder=2)
        names = [sha256(b"%d" % each).digest() for each in range(3)]
        assert [nonces.use("a", key, each, START) for key, each in zip((b"k", b"l", b"k"), names, strict=True)] == [
            True,
            True,
            False,
        ]
        assert nonces.use("b", b"m", names[2], START)
        assert nonces.use("a", b"k", names[2], START + 100)

    def test_a_request_of_nobodys_key_is_not_remembered(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                stranger = gateway.headers(TARGET, seed=sha256(b"a stranger").digest())
                for _ in range(2):
                    status, told = await gateway.get(TARGET, stranger)
                    assert (status, told["code"]) == (401, "no-live-key")
                assert gateway.server.desk.door._nonces._seen == {}

        run(work())


class TestOverTheSocket:
    def test_who_may_read_a_holders_rows(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                signed = gateway.headers(TARGET)
                assert (await gateway.get(TARGET, signed))[0] == 200
                unknown_key = gateway.headers(TARGET, seed=sha256(b"a stranger").digest())
                for sent, code in (
                    (signed, "replayed"),
                    (None, "unsigned"),
                    (gateway.headers(TARGET, node="00" * 32), "other-node"),
                    (gateway.headers(TARGET, created=int(time.time()) - 61), "before-start"),
                    (gateway.headers(TARGET + "&height=1"), "bad-signature"),
                    (gateway.headers(TARGET, method="POST"), "bad-signature"),
                    (unknown_key, "no-live-key"),
                ):
                    status, told = await gateway.get(TARGET, sent)
                    assert (status, told["code"]) == (401, code)

        run(work())

    def test_every_private_endpoint_wants_a_signature(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                other = quoted(OTHER + "/1")
                for target in (
                    "/v1/accounts",
                    "/v1/holder",
                    f"/v1/accounts/{other}",
                    f"/v1/accounts/{other}/movements",
                    f"/v1/transactions/{'00' * 32}",
                ):
                    status, told = await gateway.get(target)
                    assert (status, told["code"]) == (401, "unsigned")

        run(work())

    def test_a_request_signed_for_one_account_opens_no_other(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                paths = [f"/v1/accounts/{quoted(f'{COMPANY}/{each}')}" for each in (1, 2, 3)]
                for signed, asked in pairwise(paths):
                    status, told = await gateway.get(asked, gateway.headers(signed))
                    assert (status, told["code"]) == (401, "bad-signature")

        run(work())

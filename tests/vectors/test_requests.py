"""The published vectors of signed requests are what the code writes, and what its pages say."""

import json
from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest
from nacl.signing import VerifyKey

from cfi.client.light.signed_request import read_request_signature, signs
from cfi.node.gateway.names import read_name
from tests.vectors import make_requests
from tests.vectors.reference import FOLDER

VECTORS: dict[str, Any] = json.loads(make_requests.FILE.read_text())
REQUESTS: list[dict[str, Any]] = VECTORS["requests"]


def test_the_file_is_what_the_code_writes() -> None:
    assert make_requests.FILE.read_text() == make_requests.written()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each["sentence"])
def test_a_request_is_signed_as_it_is_published(request_: dict[str, Any]) -> None:
    headers, body = request_["headers"], bytes.fromhex(request_["body"])
    told = read_request_signature(headers)
    assert (told.public_key.hex(), told.node) == (VECTORS["key"], VECTORS["node"])
    assert (told.created, told.nonce.hex()) == (request_["created"], request_["nonce"])
    assert headers["Host"] == request_["authority"] == read_name(request_["authority"])
    assert signs(told, request_["method"], request_["authority"], request_["target"], body)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each["sentence"])
def test_what_is_signed_follows_from_the_request(request_: dict[str, Any]) -> None:
    # Without our code: RFC 9421, 2.5, from the published parts alone.
    headers, (path, _, query) = request_["headers"], request_["target"].partition("?")
    lines = [
        f'"@method": {request_["method"]}',
        f'"@authority": {headers["Host"]}',
        f'"@path": {path}',
        f'"@query": ?{query}',
        f'"content-digest": {headers["Content-Digest"]}',
        f'"cfi-node": {headers["CFI-Node"]}',
        f'"@signature-params": {headers["Signature-Input"].removeprefix("cfi=")}',
    ]
    assert "\n".join(lines) == request_["signed"]
    digest = b64decode(headers["Content-Digest"].removeprefix("sha-256=:").removesuffix(":"))
    assert digest == sha256(bytes.fromhex(request_["body"])).digest()
    signature = b64decode(headers["Signature"].removeprefix("cfi=:").removesuffix(":"))
    VerifyKey(bytes.fromhex(VECTORS["key"])).verify(request_["signed"].encode(), signature)


@pytest.mark.parametrize("host", VECTORS["hosts"], ids=lambda each: each["host"])
def test_a_host_is_read_as_it_is_published(host: dict[str, Any]) -> None:
    assert read_name(host["host"]) == host["authority"]


def test_the_page_shows_the_first_one() -> None:
    page = (FOLDER / "gateway.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in page.splitlines()]
    shown = [f"{name}: {value}" for name, value in REQUESTS[0]["headers"].items()]
    assert [line for line in (*REQUESTS[0]["signed"].split("\n"), *shown) if line not in lines] == []

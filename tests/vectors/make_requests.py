"""Writes requests.json: signed requests to a gateway, what is signed of each, and names as a gateway reads them.

Run `python -m tests.vectors.make_requests` after a change of the format that is meant.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

from yarl import URL

from cfi.client.light.http import authority_of
from cfi.client.light.signed_request import (
    Addressee,
    read_request_signature,
    sign_request,
    signature_base,
)
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.signatures import public_key_of
from cfi.node.gateway.names import read_name

FILE: Final = Path(__file__).parent / "requests.json"
SEED: Final = bytes(range(32))
NODE: Final = public_key_of(sha256(b"a node's admission key").digest()).hex()
CREATED: Final = 1_700_000_000
REQUESTS: Final = (
    ("a name, an escape in the path and a query", "GET", "https://ledger.example/v1/accounts/company-a%2F1?tables=lots", b""),
    ("a port, and no query", "GET", "https://ledger.example:8470/v1/accounts", b""),
    ("upper case, and the usual port", "GET", "https://Ledger.EXAMPLE:443/v1/holder", b""),
    ("an IPv6 address in its long form", "GET", "http://[2001:DB8:0:0:0:0:0:1]:8470/v1/holder", b""),
    ("a body", "POST", "http://127.0.0.1:8470/v1/transactions/dry-run", b"a payload"),
)  # fmt: skip
HOSTS: Final = (
    "ledger.example", "Ledger.EXAMPLE:443", "ledger.example:80", "ledger.example:8470", "[2001:DB8::1]:8470",
    "[2001:db8:0:0:0:0:0:1]:8470", "ledger.example:", "ledger.example:08470", "me@ledger.example", "ledger.example/", "",
)  # fmt: skip


def vectors() -> dict[str, object]:
    """What the file holds."""
    return {
        "seed": SEED.hex(),
        "key": public_key_of(SEED).hex(),
        "node": NODE,
        "requests": [_request(at, *request) for at, request in enumerate(REQUESTS)],
        "hosts": [{"host": host, "authority": read_name(host)} for host in HOSTS],
    }


def written() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=1) + "\n"


def _request(at: int, sentence: str, method: str, url: str, body: bytes) -> dict[str, object]:
    authority, target = authority_of(url), URL(url, encoded=True).raw_path_qs
    to = Addressee(authority=authority, node=NODE)
    nonce = bytes(range(at, at + 16))
    headers = sign_request(SigningKey(SEED), method, target, body, to=to, created=CREATED, nonce=nonce)
    return {
        "sentence": sentence,
        "method": method,
        "url": url,
        "body": body.hex(),
        "created": CREATED,
        "nonce": nonce.hex(),
        "authority": authority,
        "target": target,
        "signed": signature_base(read_request_signature(headers), method, authority, target).decode(),
        "headers": headers,
    }


if __name__ == "__main__":
    FILE.write_text(written())

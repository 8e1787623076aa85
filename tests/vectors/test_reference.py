"""The protocol's reference pages say what the code does, and the vectors are what it reads and writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.schema import schema_of
from tests.vectors.reference import FOLDER, VECTORS, pages

MADE = pages()
MESSAGE_VECTORS: list[dict[str, Any]] = json.loads(VECTORS.read_text())


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_a_page_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "run `make index`"


def test_every_refusal_is_some_rules() -> None:
    lines = MADE[FOLDER / "refusals.md"].splitlines()
    assert [line for line in lines if line.endswith(" |  |")] == []


def test_every_message_has_a_vector() -> None:
    assert {vector["number"] for vector in MESSAGE_VECTORS} == set(MESSAGES)


@pytest.mark.parametrize("vector", MESSAGE_VECTORS, ids=lambda vector: vector["message"])
def test_a_vector_is_read_and_written_alike(vector: dict[str, Any]) -> None:
    schema, body = schema_of(MESSAGES[vector["number"]]), bytes.fromhex(vector["body"])
    assert schema.encode(schema.decode(body)) == body

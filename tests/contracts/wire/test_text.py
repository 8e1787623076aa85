"""Identifiers and free text: which characters they may hold."""

import pytest

from cfi.contracts.wire.text import is_free_text, is_identifier


@pytest.mark.parametrize("value", ["a", "~", "!", "company-a/1", "x" * 64, "XA-2003-0000000101"])
def test_identifiers_are_printable_ascii(value: str) -> None:
    assert is_identifier(value)


@pytest.mark.parametrize("value", ["", "x" * 65, "two words", "tab\t", "\x7f", "é", "\ud800", "\u0661"])
def test_what_is_no_identifier(value: str) -> None:
    assert not is_identifier(value)


@pytest.mark.parametrize("value", ["", "for the sea", "für das Meer", "海のために", "é" * 512, "a\u0301"])
def test_free_text_is_any_utf_8_without_control_characters(value: str) -> None:
    assert is_free_text(value)


@pytest.mark.parametrize("value", ["\n", "\x00", "\x85", "\u200b", "\u202e", "\ufeff", "\ud800", "\U000e0001", "x" * 1025, "é" * 513, "é\n", "\x7f"])
def test_what_is_no_free_text(value: str) -> None:
    assert not is_free_text(value)

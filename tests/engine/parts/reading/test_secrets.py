"""Passwords, hashes, tokens and gateway keys are told from what may be read."""

from __future__ import annotations

import json

import pytest

from gharmitra_admin.engine.parts.reading.secrets import is_secret, told


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password_hash",
            "passwordHash",
            "PASSWORD",
            "user_pwd",
            "payment_gateway_key_id",
            "payment_gateway_key_secret",
            "razorpay_signature",
        ),
        *("api_key", "apiKey", "refresh_token", "otp", "login_pin", "storage_location_encrypted", "sessions", "hash", "smtp_password"),
    ],
)
def test_names_of_what_nobody_is_to_see(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("pin_code", "secretary_name", "key", "receipt_number", "bank_account_number", "gateway_order_id", "status", "tokenised_by_hand"),
        *("description", "upi_id", "transaction_reference", "hashtag", "pan_no", "monkey"),
    ],
)
def test_names_of_what_may_be_read(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    "secret",
    [
        *("$2b$12$5/JUycJRvDY7S101A2M5K.3GJibUBKdFtMHdYur9vhel09hJgfaQW", "$argon2id$v=19$m=65536$c2FsdA$aGFzaA", "rzp_live_AbCdEf123"),
        *("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "pbkdf2_sha256$260000$salt$hash", "-----BEGIN PRIVATE KEY-----\nMIIE"),
    ],
)
def test_a_secret_in_the_middle_of_another_text_is_left_out(secret: str) -> None:
    shown = told(f"changed to {secret}")
    assert shown is not None
    assert secret[8:] not in shown
    assert shown.startswith("changed to")


def test_a_field_of_a_record_is_left_out_and_the_others_stay() -> None:
    shown = told(json.dumps({"name": "Asha", "smtp": {"host": "h", "password": "hunter2"}, "tokens": ["abc"], "pin_code": "411001"}))
    assert shown is not None
    assert "hunter2" not in shown
    assert "abc" not in shown
    assert json.loads(shown)["name"] == "Asha"
    assert json.loads(shown)["pin_code"] == "411001"


@pytest.mark.parametrize("text", ['{"password": "hunter2", "cut short', '{"a": 1, "api_key": "hunter2"} trailing', "[" * 5000 + '"token":'])
def test_a_record_that_cannot_be_read_is_withheld_whole(text: str) -> None:
    assert told(text) is None


def test_ordinary_texts_stay_as_they_are() -> None:
    for text in ("Maintenance receipt C-1004", '{"maintenance_sqft": 2362.50}', "cost: $5, or $ 6", "[1, 2]"):
        assert told(text) == text

"""Wrong tries are slowed, source by source: the clock is handed in, so that no test waits for it."""

from __future__ import annotations

import asyncio
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest

from gharmitra_admin.api.throttle import AT_ONCE, FORGIVEN_AFTER_SECONDS, FREE_TRIES, LONGEST_SECONDS, SOURCES, Throttle, source
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders.mounted import Asked, write_token
from tests.builders.society import Society


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def tries(throttle: Throttle, address: str, count: int) -> list[float]:
    """Try wrongly so often, one after the other, and tell how long each was made to wait."""
    waits = []
    for _ in range(count):
        waits.append(throttle.wrong(address))
        throttle.waited(address)
    return waits


def test_a_few_slips_cost_nothing_and_then_each_try_costs_more_up_to_a_bound(throttle: Throttle) -> None:
    waits = tries(throttle, "10.0.0.1", 100)
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    slowed = waits[FREE_TRIES:]
    assert all(later > earlier or later == LONGEST_SECONDS for earlier, later in pairwise(slowed))
    assert slowed[-1] == LONGEST_SECONDS


def test_another_source_is_not_slowed(throttle: Throttle) -> None:
    tries(throttle, "10.0.0.1", 100)
    assert tries(throttle, "10.0.0.2", FREE_TRIES) == [0.0] * FREE_TRIES


def test_after_a_while_without_a_wrong_try_all_is_forgiven(throttle: Throttle, clock: Clock) -> None:
    tries(throttle, "10.0.0.1", 100)
    clock.now += FORGIVEN_AFTER_SECONDS
    assert tries(throttle, "10.0.0.1", 1) == [LONGEST_SECONDS]
    clock.now += FORGIVEN_AFTER_SECONDS + 1
    assert tries(throttle, "10.0.0.1", 1) == [0.0]


def test_no_more_than_a_few_of_one_source_wait_at_the_same_time(throttle: Throttle) -> None:
    for _ in range(AT_ONCE):
        assert not throttle.is_shut("10.0.0.1")
        throttle.wrong("10.0.0.1")
    assert throttle.is_shut("10.0.0.1")
    assert not throttle.is_shut("10.0.0.2")
    throttle.waited("10.0.0.1")
    assert not throttle.is_shut("10.0.0.1")


def test_an_end_that_was_never_begun_is_no_credit(throttle: Throttle) -> None:
    throttle.waited("10.0.0.1")
    tries(throttle, "10.0.0.1", 1)
    throttle.waited("10.0.0.1")
    for _ in range(AT_ONCE):
        throttle.wrong("10.0.0.1")
    assert throttle.is_shut("10.0.0.1")


def test_memory_is_bounded_and_the_oldest_source_is_forgotten_first(throttle: Throttle) -> None:
    tries(throttle, "10.255.0.1", 20)
    tracemalloc.start()
    try:
        for number in range(SOURCES):
            tries(throttle, f"10.0.{number // 256}.{number % 256}", 1)
        full = tracemalloc.get_traced_memory()[0]
        for number in range(2 * SOURCES):
            tries(throttle, f"11.{number // 65536}.{number // 256 % 256}.{number % 256}", 1)
        assert tracemalloc.get_traced_memory()[0] < full * 1.5
    finally:
        tracemalloc.stop()
    assert tries(throttle, "10.255.0.1", 1) == [0.0]


def test_a_source_that_goes_on_is_not_forgotten_for_newer_ones(throttle: Throttle) -> None:
    for number in range(SOURCES + SOURCES // 2):
        tries(throttle, f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", 1)
        if number % 1000 == 0:
            last = tries(throttle, "192.0.2.1", 1)
    assert last == [LONGEST_SECONDS]


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_source_is_one_computer(address: str, one: str) -> None:
    assert source(address) == one


class TestInTheRoutes:
    def test_who_guesses_waits_and_nobody_else_does(self, society: Society, clock: Clock) -> None:
        right, _ = write_token(society, Role.READ)
        order: list[str] = []
        with Asked(society, throttle=Throttle(clock), admin=None, user=None) as asked:

            async def one(who: str, token: str, source: str) -> int:
                (answer,) = await asked._ask_all([("GET", "/jobs", {"token": token})], source)
                order.append(who)
                return answer.status_code

            async def all_at_once() -> list[int]:
                wrong = [one("wrong", "gma_guess", "10.0.0.1") for _ in range(AT_ONCE - 1)]
                return list(await asyncio.gather(*wrong, one("right", right, "10.0.0.1"), one("other", right, "10.0.0.2")))

            for _ in range(FREE_TRIES):
                assert asked.get("/jobs", token="gma_guess", source="10.0.0.1").status_code == 401
            assert asked.run(all_at_once()) == [401] * (AT_ONCE - 1) + [200, 200]
        assert order == ["right", "other", *["wrong"] * (AT_ONCE - 1)]

    def test_a_crowd_of_guesses_is_sent_away_unread_and_another_source_is_served(self, society: Society, clock: Clock) -> None:
        right, _ = write_token(society, Role.READ)
        with Asked(society, throttle=Throttle(clock), admin=None, user=None) as asked:
            for _ in range(FREE_TRIES):
                asked.get("/jobs", token="gma_guess", source="10.0.0.1")

            async def all_at_once() -> tuple[list[Any], list[Any]]:
                guesses = [("GET", "/jobs", {"token": "gma_guess"}) for _ in range(AT_ONCE + 4)]
                crowd = asyncio.ensure_future(asked._ask_all(guesses, "10.0.0.1"))
                served = await asked._ask_all([("GET", "/jobs", {"token": right})] * 3, "10.0.0.2")
                return await crowd, served

            crowd, served = asked.run(all_at_once())
        assert sorted(answer.status_code for answer in crowd) == [401] * AT_ONCE + [429] * 4
        assert {answer.headers["retry-after"] for answer in crowd if answer.status_code == 429} == {"2"}
        assert [answer.status_code for answer in served] == [200] * 3

    def test_a_missing_token_and_one_with_too_low_a_role_are_no_guesses(self, society: Society, clock: Clock) -> None:
        low, _ = write_token(society, Role.READ)
        throttle = Throttle(clock)
        with Asked(society, throttle=throttle, admin=None, user=None) as asked:
            for _ in range(FREE_TRIES * 2):
                assert asked.get("/jobs").status_code == 401
                assert asked.post("/undo", token=low).status_code == 403
        assert tries(throttle, "127.0.0.1", 1) == [0.0]

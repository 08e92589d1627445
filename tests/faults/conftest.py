"""What the sweeps share: chance with a seed that can be given again."""

from __future__ import annotations

import random
import secrets

import pytest


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance with a seed that is told with a failure."""
    seed = request.config.getoption("--seed")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    print(f"{request.node.name}: --seed {seed}")
    return random.Random(seed)

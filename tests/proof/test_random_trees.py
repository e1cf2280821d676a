"""Random trees: no sound one is refused, every planted fault is found. `make bench` does it with 1,000."""

from random import Random

import pytest

from benchmarks.planted import crowd, impossible
from benchmarks.trees import CROWD, random_trees


def test_the_made_up_crowd_is_possible() -> None:
    assert impossible(crowd(Random(1), CROWD)) == []


@pytest.mark.parametrize("seed", [2])
def test_sound_ones_pass_and_faults_are_found(seed: int) -> None:
    refused, missed, _ = random_trees(36, seed)
    assert (refused, missed) == ([], [])

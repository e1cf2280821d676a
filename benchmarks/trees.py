"""Random trees through the checker: how many sound ones are refused, how many planted faults are missed."""

import time
from collections import Counter
from random import Random

from benchmarks.faults import Planted, Planter, is_found
from benchmarks.planted import Grower, crowd
from mofang_pipeline.rulebook import check
from mofang_pipeline.rulebook.prove import proof

CROWD = 400


def random_trees(count: int, seed: int = 1) -> tuple[list[str], list[Planted], Counter[str]]:
    """Of `count` trees, two in three sound: problems of sound ones, faults not found, and what there was."""
    rows = crowd(Random(seed), CROWD)
    refused: list[str] = []
    missed: list[Planted] = []
    made: Counter[str] = Counter()
    for number in range(count):
        random = Random(seed * 1_000_003 + number)
        grower = Grower(random, rows)
        sound = grower.sound()
        if number % 3:
            made["sound"] += 1
            made["not proved"] += len(proof(sound).unproved)
            refused += [str(problem) for problem in check(sound)]
        else:
            planted = Planter(random, grower).planted(sound)
            made[planted.kind] += 1
            missed += [] if is_found(planted) else [planted]
    return refused, missed, made


def report(count: int) -> None:
    started = time.monotonic()
    refused, missed, made = random_trees(count)
    faults = sum(made.values()) - made["sound"] - made["not proved"]
    print(f"{made['sound']} sound trees, {len(refused)} refused, {made['not proved']} leaves not proved")
    print(f"{faults} trees with a planted fault, {len(missed)} not found: {dict(made)}")
    for each in missed:
        print(f"  {each.kind}: {each.subject} of {each.file}")
    print(f"{time.monotonic() - started:.0f} s")

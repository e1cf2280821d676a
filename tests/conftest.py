"""What holds for every test: examples by property are the same in each run, so that no run fails by chance."""

from hypothesis import settings

settings.register_profile("same_examples", derandomize=True)
settings.load_profile("same_examples")

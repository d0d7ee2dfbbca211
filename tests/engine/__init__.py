"""Tests of the engine with the real network on small pictures."""

import os

# Before torch is imported, as the program does it: threads that wait by spinning for long make everything ten times
# slower as soon as another program wants the same cores.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

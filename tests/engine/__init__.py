"""Tests of the engine with the real network on small pictures."""

import os

# Before torch is imported: threads that wait for each other by spinning make everything ten times slower as soon as
# another program wants the same cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

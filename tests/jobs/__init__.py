"""Tests of the worker thread and the engine process."""

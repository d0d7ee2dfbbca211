"""The command line: everything the window does and more, without a word of Qt."""

from studio.cli.program import COMMANDS, main

__all__ = ["COMMANDS", "main"]

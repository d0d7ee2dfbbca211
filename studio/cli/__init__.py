"""The command line: render, styles and doctor, without a window and without a word of Qt."""

from studio.cli.program import COMMANDS, main

__all__ = ["COMMANDS", "main"]

"""The history as a shelf: every picture that was painted, to be looked at, compared, pinned, thrown away."""

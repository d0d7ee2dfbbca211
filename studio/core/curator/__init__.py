"""The curator: classifiers that are trained on labelled folders, and honest reports of what they can tell."""

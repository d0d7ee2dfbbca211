"""Files the studio keeps: written whole or not at all, locked, checked, and where they lie."""

"""The files of the index: SQLite for what is known, arrays for the vectors."""

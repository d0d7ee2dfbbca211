"""The document: state, undo, blend, credits."""

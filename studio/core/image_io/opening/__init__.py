"""How pictures are opened: what is wanted of them, by whom they are decoded, and where they lie."""

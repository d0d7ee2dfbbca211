"""How the pictures of the canvas are painted, and what lies below and around them."""

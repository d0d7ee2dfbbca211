"""About the art: what the styles and the networks represent, and what is missing of them."""

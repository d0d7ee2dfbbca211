"""Names of groups of pictures, from what is known of them and from their colours."""

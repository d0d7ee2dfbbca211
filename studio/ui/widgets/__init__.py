"""Small widgets that know nothing but the theme."""

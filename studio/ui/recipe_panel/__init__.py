"""The sliders on the right."""

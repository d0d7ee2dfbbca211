"""Labels of the library: a classifier gives them in the background, and they are shown, chosen and explained."""

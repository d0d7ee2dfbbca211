"""How the map is drawn: dots, thumbnails, names, colours and what they mean."""

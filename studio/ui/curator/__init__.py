"""The curator in the window: a classifier is trained, judged, kept, and labels the library."""

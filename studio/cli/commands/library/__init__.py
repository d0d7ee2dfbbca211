"""The commands of the library: what is in many pictures, and which are alike."""

"""Style, fine-tuned styles and their files, the library of the user."""

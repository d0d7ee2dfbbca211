"""What a comparison of two works says, in words, in numbers and as a picture."""

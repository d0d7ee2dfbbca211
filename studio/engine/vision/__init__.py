"""What small pretrained networks see in a photo: its subject and its faces."""

"""Plans, cards and files of fine-tuning and training."""

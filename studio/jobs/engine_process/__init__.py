"""The Engine protocol over a pipe to a child process."""

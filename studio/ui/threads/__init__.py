"""Every bridge between threads and Qt."""

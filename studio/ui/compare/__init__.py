"""Works beside works: two compared, and many in time."""

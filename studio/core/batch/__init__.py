"""Many photos and one recipe: job, journal, plan."""

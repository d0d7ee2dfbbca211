"""How the command line tells of work under way: bars for people, lines of JSON for programs."""

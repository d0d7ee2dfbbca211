"""How the command line reports work under way: bars for people, lines of JSON for programs."""

"""The tests: a folder per part of the studio; what they share lies in this one."""

"""Answers: explain, listings, summaries and the acts of operators; what the command line calls to read."""

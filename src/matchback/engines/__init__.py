"""Engines beside DuckDB: what it takes to run the same SQL files elsewhere."""

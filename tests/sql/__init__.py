"""SQL cases: one business rule per YAML file, run through the real SQL files."""

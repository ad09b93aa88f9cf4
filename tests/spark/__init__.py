"""The Spark lane: the SQL cases, run on DuckDB and on Spark together."""

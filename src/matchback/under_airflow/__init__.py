"""What runs inside Airflow and must be importable wherever Airflow runs: the one part that imports it.

The DAGs stand in `dags/`; Airflow's triggerer imports nothing from there.
"""

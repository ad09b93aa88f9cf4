"""Intake: everything between a sender's file and checked, keyed fact rows; what pickup, validate and load call."""

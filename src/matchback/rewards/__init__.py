"""Rewards: the program's terms as rules, the ledger that follows them, and the payout files; what reward calls."""

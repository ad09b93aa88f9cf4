"""The views of the support page, a module for each noun. Each is reached through `guard` only."""

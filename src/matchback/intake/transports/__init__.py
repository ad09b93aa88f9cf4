"""How each kind of place is spoken to: one module a kind, all with the same few acts and the same troubles.

Paths here are the server's own names, taken apart by us alone: no library parses them, since names are a sender's data.
"""

"""The support page: "where is my reward?" in a browser, for people who answer for it.

It reads the published version and the vault's copy beside it, never the warehouse, and acts through the journal alone,
by the functions that the command line calls. Only the modules here import Django; `access`, `access_log`, `lookups`,
`roles` and `serving` do without, since the command line and `doctor` read them.
"""

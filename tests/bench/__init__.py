"""`make bench`: measures each step on a made world whose truth is known. It prints; it never fails for being slow."""

"""What a hall must not lose: one SQLite file and the sealed pages beside it. Nothing here is readable without a desk's key."""

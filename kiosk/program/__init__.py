"""Another program for this terminal: taken, tried, and gone back from (``docs/decisions/updates.md``)."""

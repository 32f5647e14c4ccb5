"""What a home desk and an intake window have in common: the way to the centre, and how a case's ledger is read."""

"""People at the centre: who they are, what each may do and for which party, and the record of what they did."""

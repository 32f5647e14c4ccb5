"""A party has lost its key: the recovery officers reseal its documents to a new one, on a machine without a network."""

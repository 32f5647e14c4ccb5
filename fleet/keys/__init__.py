"""A party's keys: where they lie (a private file, wrapped by a token), how they are made and renewed."""

"""好差评 (规程 Art. 10): what can be rated and by which words. Nobody's silence is a rating, and no rating names who gave it."""

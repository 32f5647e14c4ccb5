"""Everything a centre holds, in one archive, and back."""

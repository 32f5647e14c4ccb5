"""What anyone may read without identification (规程 Art. 7): on the terminal, on paper, and as published pages."""

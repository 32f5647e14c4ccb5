"""The board: what stands about each terminal and since when, its history, and what staff note of it."""

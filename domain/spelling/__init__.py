"""What is written for the letters somebody types: names by character, and the port of an engine for words."""

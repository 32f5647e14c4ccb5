"""What can be done, by whom, with which papers."""

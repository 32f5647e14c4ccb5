"""Setting a terminal up (装机): questions as data, answers to settings, and the command that asks, takes, tries and prints."""

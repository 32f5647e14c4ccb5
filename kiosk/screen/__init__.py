"""The screen: a compositor with one browser in it, kept alive by what its page proves."""

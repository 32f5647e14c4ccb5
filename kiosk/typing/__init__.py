"""Typing in Chinese on the terminal's screen: the engine that knows words, in a process of its own for as long as a visit types."""

"""Steering: commands and publications to many terminals, in waves that go on by what terminals report and stop by themselves."""

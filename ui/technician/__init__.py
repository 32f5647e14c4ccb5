"""The pages of whoever looks after a terminal, on its own screen, behind the door for staff."""

"""The window terminal's own part of the clerks' pages: who may be let in, and the listener that carries them."""

"""Tapes: the wire of a listed test card's visit, recorded from real or virtual hardware and played back to a driver.

For developers: this package is not part of the terminal's wheel (a test builds the wheel and looks). What may stand on a tape
is decided in ``devices/tape/listed.py``.
"""

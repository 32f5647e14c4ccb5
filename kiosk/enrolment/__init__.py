"""The terminal's identity: enrolled by a one-time code, kept in date, watched. Its key is made here and never leaves."""

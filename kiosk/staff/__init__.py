"""Who of the staff stands before the terminal: badge and PIN, or a one-time code; lock-out, session, audit."""

"""What the desks, the windows and the centre do so that the rules of ``domain/protection`` are kept."""

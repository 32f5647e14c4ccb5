"""Who may do what behind a terminal, and the one-time codes that stand in for a dead badge: shared by terminal and centre."""

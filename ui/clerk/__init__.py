"""The window (窗口): clerks' pages on a listener of their own, for browsers on the hall's network; nothing of the citizen's."""

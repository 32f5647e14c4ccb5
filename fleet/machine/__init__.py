"""The centre as a machine somebody watches: health, figures, logs. Counts of places and things, nothing of anybody."""

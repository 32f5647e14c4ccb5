"""Orders of the centre: commands done once, and what is wanted of this terminal, switched whole between two visits."""

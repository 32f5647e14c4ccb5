"""What a technician carries to a terminal, made of the centre's own settings (装机资料)."""

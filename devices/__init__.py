"""The terminal's devices: drivers, their protocols and transports, and the virtual hardware. Knows nothing of kiosk, ui, mqtt."""

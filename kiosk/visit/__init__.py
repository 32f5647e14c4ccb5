"""One person's time at a terminal, as a pure state machine between the devices and the screen."""

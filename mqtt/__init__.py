"""The wire contract between a terminal and the centre (MQTT 5 and HTTP), and the terminal's end of it."""

"""The demonstration: broker, centre, home desks, virtual hardware and one terminal on this machine, with invented parties."""

"""What technicians use, on the terminal's screen (``upkeep``), over SSH (``command``), and beside no terminal (``doctor``)."""

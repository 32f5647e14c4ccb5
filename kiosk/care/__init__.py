"""What technicians use: ``tongban devices`` (what is attached) and ``tongban doctor`` (does it work)."""

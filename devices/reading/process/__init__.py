"""The process that reads pages; started by ``devices.reading.child`` only."""

"""The terminal's middle: the visit, the store, and the one place that builds everything."""

"""The press: sets signed forms, each in a process of its own that ends with it."""

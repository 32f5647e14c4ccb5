"""The press: sets signed forms and official papers with Typst, each in a process of its own that ends with it.

It lies in ``domain`` because terminal and desks both set papers, and neither may import the other's room.
"""

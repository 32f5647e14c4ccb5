"""The intake window's half (收件窗口): a process of its own that holds its party's window key.

It takes in and passes on; it can accept nothing, because it has no words for that.
"""

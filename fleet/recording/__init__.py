"""A batch of what was heard, into the tables, inside the caller's transaction.

What most terminals say most of the time (cases, receipts, ratings, services, device troubles; births and state reports) is decided
in memory, on what one read for all of them found, and written together: a statement for each would cost more than all the rest.
What is rare goes one by one, in the order it came. How a batch is cut changes nothing in the tables.
"""

"""Tickets of bad ratings (差评工单)."""

"""Alerts: rules over standing conditions, incidents by cause and place, maintenance windows, and who is told how."""

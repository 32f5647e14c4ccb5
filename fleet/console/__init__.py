"""The centre's page for staff."""

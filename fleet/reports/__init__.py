"""Reports (统计与报表): counts by day and month kept in the database, never anybody's name; as tables, plots, CSV and Excel."""

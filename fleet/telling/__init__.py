"""Telling the applicant by SMS that something happened to the case: an outbox in the desk's data folder, texts as data."""

"""Administration of the catalogue at the centre: drafts, comparison, approval by a second person, publication by batch."""

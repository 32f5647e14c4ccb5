"""What official papers of a case say (规程, 行政许可法): data for the templates of ``domain/press/templates``."""

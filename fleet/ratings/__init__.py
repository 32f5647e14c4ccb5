"""好差评 at the centre: ratings as they were given, what can still be rated by the receipt's code, and the words, sealed."""

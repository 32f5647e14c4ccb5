"""The program itself as something that is signed, sent and taken."""

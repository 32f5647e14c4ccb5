"""The centre's authority: who is a terminal of this fleet. Certificates, one-time codes, revocation, and their books."""

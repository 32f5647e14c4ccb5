"""Clerks: the accounts of each party's own, made at the centre; how they come to where clerks work; how they sign in at desks."""

"""Forms from data: which questions are asked, what an answer must be, how it reads. Pure; shared by terminal, desk and linter."""

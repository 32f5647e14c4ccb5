"""What happens to a case after it was taken in: the ledger of its acts, its terms, and who may read which of its documents."""

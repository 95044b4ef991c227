"""What the ledger manages, beside PostgreSQL's own benchmark; after every round it is audited."""

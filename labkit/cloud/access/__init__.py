"""Who may do what: signatures, policies, roles and KMS keys."""

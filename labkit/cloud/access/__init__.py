"""Who may do what: signatures, policies, roles and KMS keys.

`guard` and `signature` say who asks, `identities` decides whether he may, by `policy_language`;
`policy` is that for S3. `trust` and `service_roles` are for services that act for somebody. The
rest are KMS's, IAM's and STS's own calls.
"""

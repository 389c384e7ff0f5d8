"""What people and programs may do: each act is one function that checks, changes and audits."""

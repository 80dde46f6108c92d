"""What the suites share: a server to talk to, identities to talk as, and ways to say what is expected."""

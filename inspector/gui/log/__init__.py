"""The log: what the program did, in a file of bounded size that a person can look at and send on."""

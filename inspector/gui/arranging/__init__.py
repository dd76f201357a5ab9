"""What a person arranged: taken back, done again, closed and reopened, and there again another day."""

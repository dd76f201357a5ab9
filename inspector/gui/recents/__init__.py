"""The files that were opened last, with what each was: known without opening it again."""

"""Everything one sees: the only room that knows Qt."""

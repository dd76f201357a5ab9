"""The panel Convert, part by part: what is to be done, what would come of it, where to."""

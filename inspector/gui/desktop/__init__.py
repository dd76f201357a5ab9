"""A double click on a checkpoint opens it here: what each system is told for that, and how it is taken back."""

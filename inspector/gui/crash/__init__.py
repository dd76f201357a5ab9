"""When the program itself errs: what it was doing, the report of it, and what a hard end leaves behind."""

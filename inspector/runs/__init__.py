"""What a run begins with, how it is driven, and what came of it. No torch: that is the workshop's."""

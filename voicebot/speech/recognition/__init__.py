"""Speech to words: engines, their worker processes, and what a call sees of them."""

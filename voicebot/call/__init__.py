"""One call: the turn machine (pure), its runtime, its recording."""

"""One call: the turn machine (pure), its runtime, its journal."""

"""Audio frames, voice activity, recognition, voices, prompts, greeting classification."""

"""Words to speech: voices, prompts, loudness."""

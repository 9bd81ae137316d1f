"""What is heard beside words: voice activity, greetings, tones."""

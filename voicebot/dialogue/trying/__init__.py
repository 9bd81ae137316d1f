"""Scripts tried in text: written conversations and what they must come to, talked through with a call's own pieces."""

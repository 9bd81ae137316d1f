"""From words to meaning: intents, values, and the policy that decides."""

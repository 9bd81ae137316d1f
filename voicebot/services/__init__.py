"""Programs that live in environments of their own: started, asked, watched, and never left running."""

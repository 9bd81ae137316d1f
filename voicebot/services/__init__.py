"""Programs in environments of their own: started, supervised, asked over a socket, never left running."""

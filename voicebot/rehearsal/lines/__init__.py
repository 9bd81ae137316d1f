"""What a phone line and a room add to a person's voice: speech behind, rooms, coding, loss and echo."""

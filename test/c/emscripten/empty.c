// A program of nothing but its malloc.

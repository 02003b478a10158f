"""Random games on a small project: moves, builds of every kind, and an independent idea of what each must do."""

"""The parts of worker.py. Python 3.8 and newer; nothing but the standard library and the model's own MLflow."""

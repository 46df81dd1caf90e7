"""The engines that make sound of text, one module each, all spoken to through pyttsx3. For the worker process only."""

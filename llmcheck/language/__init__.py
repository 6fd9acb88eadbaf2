"""What of language no model is asked: sentences, words, names, figures, of any language.

What a language has of its own lies in a folder and is asked for at the door, ``pack``; nobody
else imports a folder. A second language is a folder, and a line there.
"""

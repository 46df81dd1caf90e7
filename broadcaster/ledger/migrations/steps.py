"""The list that every step puts itself on."""

from kokuchi.tables import Migrations

migrations = Migrations("broadcaster")

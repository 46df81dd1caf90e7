"""The list that every step puts itself on."""

from sqlite_utils import Migrations

migrations = Migrations("broadcaster")

"""The three tables. Other programs rely on their names: never change one."""

from django.db import models
from django.db.models.functions import Now

from ingestor.todos import fields


class Todo(models.Model):
    """One accepted todo. The table's limits are the contract's, so that nothing else can put a row beyond them."""

    id = fields.UUIDField(primary_key=True)
    title = fields.CharField(max_length=200)
    description = fields.CharField(max_length=4000, blank=True)
    owner = fields.TextField(blank=True)
    create_time = fields.DateTimeField()

    class Meta:
        """The table and its rules."""

        db_table = "todo"
        constraints = (models.CheckConstraint(condition=~models.Q(title=""), name="todo_title_not_empty"),)

    def __str__(self) -> str:
        return str(self.id)


class Stage(models.TextChoices):
    """Where a record was refused."""

    DECODE = "decode", "its value is no event"
    STORE = "store", "the table refuses what it contains"
    IDENTITY = "identity", "a todo with its id and another payload is stored already"


class DeadLetter(models.Model):
    """A record that cannot be a row, whole and with the reason. `message` never holds what the record holds."""

    topic = models.TextField()
    topic_id = models.UUIDField()
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    headers = models.JSONField(help_text="Pairs of a header's name and its value in base64, in the record's order.")
    record_time = models.DateTimeField(null=True)
    schema_id = models.BigIntegerField(null=True, help_text="The writer's schema, when the value names one.")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    error_class = models.TextField()
    message = models.TextField()
    sqlstate = models.CharField(max_length=5, blank=True)
    times_seen = models.IntegerField(default=1)
    create_time = models.DateTimeField(db_default=Now())

    class Meta:
        """The table and its rules."""

        db_table = "dead_letter"
        constraints = (
            models.UniqueConstraint(fields=["topic_id", "partition", "offset"], name="dead_letter_position"),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="dead_letter_stage"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.partition}/{self.offset}"


class IngestOffset(models.Model):
    """Up to where a partition is stored: the truth, of which the group's offset in Kafka is only a copy.

    `topic_id` (KIP-516) tells a topic from another one of the same name that was made later.
    """

    topic = models.TextField()
    partition = models.IntegerField()
    topic_id = models.UUIDField()
    next_offset = models.BigIntegerField()

    class Meta:
        """The table and its rules."""

        db_table = "ingest_offset"
        constraints = (
            models.UniqueConstraint(fields=["topic", "partition"], name="ingest_offset_partition"),
            models.CheckConstraint(condition=models.Q(next_offset__gte=0), name="ingest_offset_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.partition}: {self.next_offset}"

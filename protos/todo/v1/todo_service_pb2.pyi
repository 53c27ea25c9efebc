import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Todo(_message.Message):
    __slots__ = ("id", "title", "description", "owner", "create_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    description: str
    owner: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateTodoRequest(_message.Message):
    __slots__ = ("todo", "request_id")
    TODO_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    todo: Todo
    request_id: str
    def __init__(self, todo: _Optional[_Union[Todo, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateTodoResponse(_message.Message):
    __slots__ = ("todo", "consistency_token")
    TODO_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    todo: Todo
    consistency_token: str
    def __init__(self, todo: _Optional[_Union[Todo, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class BatchCreateTodosRequest(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[CreateTodoRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[CreateTodoRequest, _Mapping]]] = ...) -> None: ...

class BatchCreateTodosResponse(_message.Message):
    __slots__ = ("todos", "consistency_tokens")
    TODOS_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKENS_FIELD_NUMBER: _ClassVar[int]
    todos: _containers.RepeatedCompositeFieldContainer[Todo]
    consistency_tokens: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, todos: _Optional[_Iterable[_Union[Todo, _Mapping]]] = ..., consistency_tokens: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateTodosFailure(_message.Message):
    __slots__ = ("unconfirmed",)
    UNCONFIRMED_FIELD_NUMBER: _ClassVar[int]
    unconfirmed: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, unconfirmed: _Optional[_Iterable[int]] = ...) -> None: ...

class StreamCreateTodosRequest(_message.Message):
    __slots__ = ("number", "request")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    number: int
    request: CreateTodoRequest
    def __init__(self, number: _Optional[int] = ..., request: _Optional[_Union[CreateTodoRequest, _Mapping]] = ...) -> None: ...

class StreamCreateTodosResponse(_message.Message):
    __slots__ = ("number", "created", "status")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    number: int
    created: CreateTodoResponse
    status: _status_pb2.Status
    def __init__(self, number: _Optional[int] = ..., created: _Optional[_Union[CreateTodoResponse, _Mapping]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

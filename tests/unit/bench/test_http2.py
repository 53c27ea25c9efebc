from bench import http2


def test_whole_frames_are_taken_and_the_broken_off_one_is_left() -> None:
    whole = http2.frame(http2.PING, http2.ACK, 0, b"12345678") + http2.frame(http2.DATA, 0, 5)
    broken_off = http2.frame(http2.DATA, 0, 7, b"body")[:-1]
    buffer = bytearray(whole + broken_off)
    assert list(http2.take_frames(buffer)) == [(http2.PING, http2.ACK, 0, b"12345678"), (http2.DATA, 0, 5, b"")]
    assert bytes(buffer) == broken_off


def test_a_frame_of_more_than_64_kilobytes_keeps_its_length() -> None:
    buffer = bytearray(http2.frame(http2.DATA, 0, 1, b"x" * 70_000))
    ((_, _, _, payload),) = http2.take_frames(buffer)
    assert len(payload) == 70_000


def test_a_message_stands_behind_its_length() -> None:
    assert http2.grpc_message(b"abc") == b"\x00\x00\x00\x00\x03abc"
